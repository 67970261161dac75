import { createHash } from 'node:crypto';

import type { HostSession } from '../../hosts/host-session.ts';
import { stateFolder } from '../../hosts/state-folder.ts';

export const unitFolder = '/etc/systemd/system';

export interface Service {
  /** `containerd.service` */
  readonly unit: string;
  /** Of all it is started with: programs, configuration, unit. */
  readonly revision: string;
  /** Whether it shall run from now on. Otherwise it is only restarted where it runs. */
  readonly start: boolean;
}

/**
 * What was started last is kept beside, and not told from what this pass has written: between writing and starting, the
 * connection may have been lost. The unit is not waited for, since one that never gets ready would hold the pass up.
 *
 * $1 unit, $2 revision, $3 file of the last revision, $4 'start' or 'enable'
 */
const applyScript = `
unit=$1 revision=$2 file=$3 action=$4
systemctl daemon-reload && systemctl enable --quiet "$unit" || exit 1
active=$(systemctl is-active "$unit")
if [ "$active" = active ] || [ "$active" = activating ]; then
  [ "$(cat "$file" 2>/dev/null)" = "$revision" ] && exit 0
elif [ "$action" = enable ]; then
  exit 0
fi
systemctl reset-failed "$unit" 2>/dev/null
systemctl --no-block restart "$unit" && printf '%s' "$revision" > "$file"
`;

/** Enables a unit whose files are written, and starts it anew where it runs with something else. Does not wait for it. */
export async function applyService(session: HostSession, { unit, revision, start }: Service): Promise<void> {
  const file = `${stateFolder}/${unit}.revision`;
  await session.script(applyScript, [unit, revision, file, start ? 'start' : 'enable']);
}

/** One text for many, which changes when one of them does. */
export function revisionOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const journalLines = 20;

/**
 * Prints the end of the journal of a unit that has ended, or ends again and again; nothing of one that is starting. What it said last may
 * still be on its way to the journal.
 */
const failureScript = `
unit=$1
case "$(systemctl show --property=ActiveState,SubState,Result "$unit" | tr '\\n' ' ')" in
  *ActiveState=failed*|*SubState=auto-restart*|*ActiveState=inactive*)
    echo "unit $unit $(systemctl show --property=Result "$unit")"
    timeout 10 journalctl --sync 2> /dev/null
    journalctl --quiet --no-pager --unit="$unit" --lines=${journalLines} --output=cat 2>&1;;
esac
exit 0
`;

/** Why a unit does not run; undefined while it may yet. */
export async function serviceFailure(session: HostSession, unit: string): Promise<string | undefined> {
  const { stdout } = await session.script(failureScript, [unit]);
  const said = stdout.trim();
  return said === '' ? undefined : said;
}
