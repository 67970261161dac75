import { describeRequest, KubeApiError, KubeTransportError, type RequestLabel } from '../errors.ts';
import { parseStatus } from '../status.ts';
import { headerOf, type HttpResponse } from '../transport/transport.ts';

const longestError = 1024 * 1024;
/** Of an answer that is no list. etcd takes no object above 1.5 MiB; discovery of a large cluster has some. */
const longestAnswer = 64 * 1024 * 1024;

async function readText(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) {
      break;
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds only: the apiserver never sends a date, and client-go does not read one. */
function retryAfterOf(response: HttpResponse): number | undefined {
  const value = headerOf(response, 'retry-after');
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

/** Throws the server's refusal. */
export async function requireSuccess(request: RequestLabel, response: HttpResponse): Promise<void> {
  if (response.status < 200 || response.status > 299) {
    const status = parseStatus(response.status, await readText(response.body, longestError));
    throw new KubeApiError(request, response.status, status, retryAfterOf(response));
  }
}

/** An answer that is not what the server's API promises. Nothing of the body is quoted: it may hold secrets. */
export function badResponse(request: RequestLabel, response: HttpResponse, rule: string): KubeTransportError {
  const type = headerOf(response, 'content-type') ?? 'none';
  const message = `${describeRequest(request)}: answered ${response.status}, but the body is ${rule} (content-type ${type})`;
  return new KubeTransportError('BadResponse', message);
}

/** A SyntaxError of JSON.parse quotes its input, which may be a Secret: it does not get out of here. */
export async function expectSyntax<R>(
  request: RequestLabel,
  response: HttpResponse,
  read: () => Promise<R>,
): Promise<R> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof SyntaxError
      ? badResponse(request, response, 'not complete JSON of the kind expected')
      : error;
  }
}

export function readJson(request: RequestLabel, response: HttpResponse): Promise<unknown> {
  return expectSyntax(request, response, async () => JSON.parse(await readAnswer(request, response)) as unknown);
}

/** Parses JSON where the server says it is JSON. */
export function readJsonOrText(request: RequestLabel, response: HttpResponse): Promise<unknown> {
  const isJson = /^application\/json\b/.test(headerOf(response, 'content-type') ?? '');
  return isJson ? readJson(request, response) : readAnswer(request, response);
}

/** Rejects with BadResponse for one without end, before it has taken all memory. */
async function readAnswer(request: RequestLabel, response: HttpResponse): Promise<string> {
  const text = await readText(response.body, longestAnswer);
  if (text.length > longestAnswer) {
    throw badResponse(request, response, `longer than ${longestAnswer} bytes`);
  }
  return text;
}
