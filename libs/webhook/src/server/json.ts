import { isUtf8 } from 'node:buffer';

import { RequestProblem } from './request-problem.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Parses a body. Throws a 400 `RequestProblem` for what is no JSON, no UTF-8 or nested deeper than `maxDepth`. */
export function parseJson(body: Buffer, maxDepth: number): unknown {
  if (nestsDeeperThan(body, maxDepth)) {
    throw malformed(`the body nests arrays and objects more than ${maxDepth} deep`, 'Send a flatter body.');
  }
  if (!isUtf8(body)) {
    throw malformed('the body is not UTF-8', 'Encode the body as UTF-8.');
  }
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    // The parser's own message quotes the body, which may hold a Secret.
    throw malformed(`the body (${body.length} bytes) is not JSON`, 'Send one JSON object.');
  }
}

/**
 * One pass over the bytes, before JSON.parse: recursion over a megabyte of brackets would cost a stack overflow or a
 * tree of as many objects. Bytes of multi-byte characters are all above 0x7f, so they are never taken for syntax.
 */
export function nestsDeeperThan(body: Uint8Array, maxDepth: number): boolean {
  const { length } = body;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < length; index++) {
    const byte = body[index];
    if (byte === quote) {
      inString = !inString;
    } else if (inString) {
      index += byte === backslash ? 1 : 0;
    } else if (byte === openBrace || byte === openBracket) {
      depth++;
      if (depth > maxDepth) {
        return true;
      }
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--;
    }
  }
  return false;
}

function malformed(message: string, remedy: string): RequestProblem {
  return new RequestProblem('BadRequest', message, { remedy });
}
