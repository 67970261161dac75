/** The part of `process` that signals need. */
export interface SignalTarget {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): unknown;
}

/** Aborts on the first SIGTERM or SIGINT; the second one exits with code 1, for the user who will not wait. */
export function signalHandler(target: SignalTarget = process): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) {
      target.exit(1);
    }
    stop.abort();
  };
  target.on('SIGTERM', onSignal);
  target.on('SIGINT', onSignal);
  return stop.signal;
}
