import { spawn, type ChildProcess } from 'node:child_process';
import { abortable } from '@tke/time';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';

import type { ExitStatus, ProcessSpec, RunningProcess } from './running-process.ts';
import { spawned } from './spawned.ts';

export interface WatchedSpec extends ProcessSpec {
  /** A folder that goes when this process is killed because its parent died. */
  readonly orphanedFolder?: string | undefined;
}

/**
 * SIGKILL gives a parent no chance to end its children, so a second shell waits on a pipe whose other end only the
 * parent holds. A line says "ended in good order"; end of file without one says that the parent is gone. `$$` is the
 * first shell in both, and `exec` gives its process id to the command: signals reach the command itself.
 */
const watchdogScript = `
folder=$1
shift
(trap '' HUP INT TERM
 read -r _ <&3 || { kill -KILL $$; [ -z "$folder" ] || rm -rf -- "$folder"; }
) >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Starts a process that dies with this one, however this one dies. It does not keep the event loop alive. */
export async function startWatched(spec: WatchedSpec): Promise<RunningProcess> {
  const log = await open(spec.logFile, 'a', 0o600);
  try {
    const child = spawn(
      '/bin/sh',
      ['-c', watchdogScript, spec.name, spec.orphanedFolder ?? '', spec.command, ...spec.args],
      { cwd: spec.cwd, env: spec.env, stdio: ['ignore', log.fd, log.fd, 'pipe'], detached: true },
    );
    return watched(child, await spawned(child, spec), spec);
  } finally {
    await log.close();
  }
}

function watched(child: ChildProcess, pid: number, { name, logFile }: ProcessSpec): RunningProcess {
  const lifeline = child.stdio[3] as Writable & { unref(): void };
  lifeline.on('error', () => undefined);
  lifeline.unref();
  child.unref();
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      lifeline.end('ended\n');
      resolve({ code, signal });
    });
  });
  const kill = (signal: NodeJS.Signals) => {
    child.ref();
    child.kill(signal);
  };
  return { name, pid, logFile, kill, untilExit: (signal) => abortable(exited, signal) };
}
