import type { Route } from '../server/route.ts';

export const megabyte = 1024 * 1024;

/** Answers what it was sent. */
export const echo: Route = {
  path: '/echo',
  maxBodyBytes: megabyte,
  handle: ({ body, params, path }) => ({ status: 200, body: { body, params, path } }),
};

export interface Hanging {
  /** Told when the handler has been called. */
  readonly onCall?: () => void;
  /** Told why its signal aborted. */
  readonly onAbort?: (reason: unknown) => void;
}

/** Never answers before its signal aborts. */
export function hanging(path: string, timeoutMs: number, { onCall, onAbort }: Hanging): Route {
  return {
    path,
    maxBodyBytes: megabyte,
    timeoutMs,
    handle: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          onAbort?.(signal.reason);
          reject(signal.reason as Error);
        });
        onCall?.();
      }),
  };
}
