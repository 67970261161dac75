import type { Clock } from '@tke/time';

import { findDetached, startDetached } from './detached-process.ts';
import { stopProcess } from './lifecycle.ts';
import type { ProcessSpec, RunningProcess } from './running-process.ts';
import { startWatched } from './watched-process.ts';

/** Starts a process, for a lifetime of the launcher's choice. */
export type Launcher = (spec: ProcessSpec) => Promise<RunningProcess>;

/** Processes that die with this one; `orphanedFolder` then goes with them. */
export function watchedLauncher(orphanedFolder?: string): Launcher {
  return (spec) => startWatched({ ...spec, orphanedFolder });
}

export interface DetachedLauncherOptions {
  /** Where the processes are remembered. */
  readonly runDir: string;
  /** How long a process that runs with other arguments may take to end before its successor starts. */
  readonly graceMs: number;
  readonly clock: Clock;
}

/** Processes that outlive this one. One that runs already with the same command line is taken over. */
export function detachedLauncher({ runDir, graceMs, clock }: DetachedLauncherOptions): Launcher {
  return async (spec) => {
    const found = await findDetached(runDir, spec.name, clock);
    if (found !== undefined) {
      const wanted = [spec.command, ...spec.args];
      if (wanted.length === found.command.length && wanted.every((word, index) => word === found.command[index])) {
        return found;
      }
      await stopProcess(found, { graceMs, clock });
    }
    return startDetached({ ...spec, runDir }, clock);
  };
}
