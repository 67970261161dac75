import type { Route } from '../server/route.ts';

export const megabyte = 1024 * 1024;

/** Answers what it was sent. */
export const echo: Route = {
  path: '/echo',
  maxBodyBytes: megabyte,
  handle: ({ body, params, path }) => ({ status: 200, body: { body, params, path } }),
};

/** Never answers before its signal aborts, and tells why it did. */
export function hanging(path: string, timeoutMs: number, onAbort: (reason: unknown) => void): Route {
  return {
    path,
    maxBodyBytes: megabyte,
    timeoutMs,
    handle: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          onAbort(signal.reason);
          reject(signal.reason as Error);
        });
      }),
  };
}
