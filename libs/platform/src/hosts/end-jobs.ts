import type { HostSession } from './host-session.ts';
import { stateFolder } from './state-folder.ts';

/**
 * $1 folder of jobs, $2 id of the one to keep. What systemd-run has started under the names that @tke/host gives.
 */
const script = `
for job in "$1"/*/; do
  id=$(basename -- "$job")
  [ -f "$job/command" ] && [ ! -f "$job/exit" ] && [ "$id" != "$2" ] || continue
  systemctl stop "tke-$id.service" 2> /dev/null
done
exit 0
`;

/**
 * Ends the detached commands of a plan that was interrupted, so that what undoes it does not race with it. `except` is the id of the one
 * that may go on.
 */
export async function endJobs(session: HostSession, except: string, folder = stateFolder): Promise<void> {
  await session.script(script, [`${folder}/jobs`, except], { timeoutMs: 120_000 });
}
