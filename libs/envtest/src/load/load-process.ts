import { fork } from 'node:child_process';
import { join } from 'node:path';

import { errors } from '../errors.ts';

import type { LoadOptions, LoadReport } from './options.ts';

/** A load that runs in a process of its own. */
export interface LoadProcess {
  /** Resolves when the load has ended. Rejects with `ProcessExited`. */
  readonly report: Promise<LoadReport>;
  /** Lets what is in flight end; the report follows. */
  stop(): Promise<LoadReport>;
}

/** Runs a load in a child process, so that it does not share the event loop of what it measures. */
export function startLoad(options: LoadOptions): LoadProcess {
  const child = fork(join(import.meta.dirname, 'child.ts'), { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const { promise, resolve, reject } = Promise.withResolvers<LoadReport>();
  child.on('message', (report: LoadReport) => resolve(report));
  child.on('error', reject);
  child.on('exit', (code, signal) =>
    reject(errors.ProcessExited(`the load ended without a report: ${signal ?? `exit code ${code ?? '?'}`}`)),
  );
  child.send(options);
  promise.catch(() => undefined); // whoever awaits it hears of it
  return {
    report: promise,
    stop: () => {
      if (child.connected) {
        child.send('stop');
      }
      return promise;
    },
  };
}
