import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';

import { abortable, type Clock } from '@tke/time';

export interface HttpOptions {
  readonly clock: Clock;
  /** Certificate authorities to trust in place of the system's, PEM. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** The body, as it was sent. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** To be called at the end, whether the body was read or not: gives the connection back. */
  discard(): void;
}

const answerTimeoutMs = 10_000;
const stallTimeoutMs = 60_000;
const mostRedirects = 5;

/**
 * Gets a page and follows redirects, never from HTTPS to HTTP. Rejects with a plain error that says what went wrong, and
 * so does the body: when nothing comes for a minute, or when it ends too early.
 */
export async function httpGet(url: URL, options: HttpOptions): Promise<HttpAnswer> {
  let current = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await answerTo(current, options);
    const { statusCode: status = 0, headers } = response;
    if (headers.location === undefined || ![301, 302, 303, 307, 308].includes(status)) {
      return { status, chunks: bodyOf(response, options), discard: () => void response.destroy() };
    }
    response.destroy();
    current = redirected(current, headers.location);
  }
  throw new Error(`more than ${mostRedirects} redirects`);
}

function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) {
    throw new Error(`a redirect from ${from.protocol}// to ${to.protocol}//`);
  }
  return to;
}

async function answerTo(url: URL, { clock, ca, signal }: HttpOptions): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getSecure : getPlain;
  // The body is compared with a digest and a length: it must come as it is.
  const request = get(url, { signal, headers: { 'accept-encoding': 'identity' }, ...(ca === undefined ? {} : { ca }) });
  const timer = clock.setTimer(answerTimeoutMs, () =>
    request.destroy(new Error(`no answer in ${answerTimeoutMs / 1000} s`)),
  );
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    // Stays: what happens to the connection after the answer is told by the body.
    request.on('error', reject);
  });
  try {
    return await abortable(answered, signal);
  } finally {
    timer.cancel();
  }
}

async function* bodyOf(response: IncomingMessage, { clock, signal }: HttpOptions): AsyncGenerator<Uint8Array> {
  const stalled = () => response.destroy(new Error(`nothing came for ${stallTimeoutMs / 1000} s`));
  let timer = clock.setTimer(stallTimeoutMs, stalled);
  try {
    for await (const chunk of response) {
      timer.cancel();
      yield chunk as Uint8Array;
      // Time that the reader takes does not count.
      timer = clock.setTimer(stallTimeoutMs, stalled);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    timer.cancel();
  }
}
