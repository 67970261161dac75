import { keyString, parseKey } from '@tke/meta';

import type { Request } from '../reconcile.ts';

// No cluster name holds it, but names of RBAC objects may (apimachinery, ValidatePathSegmentName).
const separator = '|';

/** `[cluster|][namespace/]name`: the canonical form of a request, as maps and queues compare by identity. */
export function requestKey(request: Request): string {
  const key = keyString(request);
  if (request.cluster !== undefined) {
    return `${request.cluster}${separator}${key}`;
  }
  return key.includes(separator) ? `${separator}${key}` : key;
}

export function parseRequestKey(key: string): Request {
  const end = key.indexOf(separator);
  if (end < 0) {
    return parseKey(key);
  }
  const object = parseKey(key.slice(end + 1));
  return end === 0 ? object : { cluster: key.slice(0, end), ...object };
}
