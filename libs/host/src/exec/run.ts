import type { Logger } from '@tke/log';

import type { SshConnection } from '../ssh/connection.ts';
import { execute, type ExecuteTools } from './execute.ts';
import type { RunOptions, RunResult } from './run-options.ts';
import { terminate } from './terminate.ts';

export type RunTools = ExecuteTools & { readonly logger: Logger };

/**
 * Runs a command to its exit status. Rejects with CommandError for an exit code that is no answer, CommandTimeout,
 * ConnectionLost, SudoRefused, LockNotHeld, or the signal's reason. After a time-out or an abort the command is no
 * longer at work on the host, unless the connection broke as well: then the host ends it five seconds after its time.
 * One that the host is slow to begin is ended as soon as it has begun.
 */
export function runCommand(
  connection: SshConnection,
  tools: RunTools,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const sudo = options.sudo ?? true;
  return execute(connection, tools, argv, options, (command) => terminate(connection, tools, command, sudo));
}
