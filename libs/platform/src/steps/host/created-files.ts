import type { HostSession } from '../../hosts/host-session.ts';
import { stateFolder } from '../../reset/host-mark.ts';

/** Files, and folders with a / at the end, that were not on the host before us, outer ones first. For the reset. */
export const createdPath = `${stateFolder}/created`;

/** Input: one path per line. Folders on the way that are not there either are noted before it. $1 the list. */
const noteScript = `
umask 077
list=$1
note() { grep -Fqx -- "$1" "$list" 2>/dev/null || printf '%s\\n' "$1" >> "$list"; }
missing() {
  [ -d "$1" ] && return
  missing "$(dirname -- "$1")"
  note "$1/"
}
while IFS= read -r path; do
  [ -e "$path" ] && continue
  missing "$(dirname -- "$path")"
  note "$path"
done
`;

/** Notes which of these files are not on the host yet. Before they are written: afterwards nobody could tell. */
export async function noteCreated(session: HostSession, paths: readonly string[]): Promise<void> {
  await session.script(noteScript, [createdPath], { stdin: paths.map((path) => `${path}\n`).join('') });
}
