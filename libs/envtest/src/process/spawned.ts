import type { ChildProcess } from 'node:child_process';

import { errors } from '../errors.ts';
import type { ProcessSpec } from './running-process.ts';

/** The process id of a child once the system has started it. Throws ProcessNotStarted. */
export function spawned(child: ChildProcess, { name, command }: ProcessSpec): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(errors.ProcessNotStarted(`cannot start ${name} (${command}): ${cause.message}`, { cause })),
    );
    const { pid } = child;
    if (pid !== undefined) {
      child.once('spawn', () => resolve(pid));
    }
  });
}
