import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';

import type { SshConnection } from '../ssh/connection.ts';
import { after } from './after.ts';
import { execute, type ExecuteTools } from './execute.ts';
import type { RemoteCommand } from './remote-command.ts';

/** Time for the command to end by itself after SIGTERM. */
const graceMs = 2000;
const killTimeoutMs = 5000;

/**
 * Ends a process group: $1 the group, $2 tenths of a second until SIGKILL. It is looked at before: the number may belong to another process
 * by now. What is a shell yet has told its number and is about to become timeout (wrapper.ts): a busy host takes its time for that. dash has
 * no `kill -TERM -- -1`, but every shell has `kill -s`.
 */
export const killScript = `
group=$1 rounds=$2 waits=10
name() { cat "/proc/$group/comm" 2>/dev/null; }
while [ "$(name)" = sh ] && [ "$waits" -gt 0 ]; do
  waits=$((waits - 1))
  sleep 0.1
done
[ "$(name)" = timeout ] || exit 0
kill -s TERM "$group"
while kill -s 0 -- "-$group" 2>/dev/null; do
  if [ "$rounds" -le 0 ]; then kill -s KILL -- "-$group"; exit 0; fi
  rounds=$((rounds - 1))
  sleep 0.1
done
`;

/**
 * Ends a command on the host: SIGTERM, two seconds, SIGKILL. sshd passes signals on for some users and versions only,
 * and never to what sudo runs, so a second channel does it.
 */
export async function terminate(
  connection: SshConnection,
  tools: ExecuteTools & { readonly logger: Logger },
  command: RemoteCommand,
  sudo: boolean,
): Promise<void> {
  const { clock } = tools;
  const settled = command.ended.then(ignore, ignore);
  await Promise.race([command.started, settled, after(clock, graceMs)]);
  if (command.group !== undefined && !connection.isClosed) {
    await kill(connection, tools, command.group, sudo);
    await Promise.race([settled, after(clock, graceMs)]);
  }
  command.close();
}

async function kill(
  connection: SshConnection,
  tools: ExecuteTools & { readonly logger: Logger },
  group: number,
  sudo: boolean,
): Promise<void> {
  const argv = ['sh', '-c', killScript, 'sh', String(group), String(graceMs / 100)];
  const release = await connection.spareSessions.acquire();
  const giveUp = (command: RemoteCommand) => {
    command.close();
    return Promise.resolve();
  };
  try {
    await execute(connection, tools, argv, { sudo, timeoutMs: killTimeoutMs }, giveUp);
  } catch (error) {
    // The host's own time limit ends the command then.
    tools.logger.warn('Cannot end a command', { host: connection.name, group, error: errorMessage(error) });
  } finally {
    release();
  }
}

function ignore(): undefined {
  return undefined;
}
