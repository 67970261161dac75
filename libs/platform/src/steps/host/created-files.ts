import type { HostSession } from '../../hosts/host-session.ts';
import { stateFolder } from '../../hosts/state-folder.ts';

/** Files, and folders with a / at the end, that were not on the host before us, outer ones first. For the reset. */
export const createdPath = `${stateFolder}/created`;

/** What stood in the place of files of ours, below it under the same paths. For the reset. */
export const originalsFolder = `${stateFolder}/originals`;

/**
 * Input: one path per line. Folders on the way that are not there either are noted before it. What is there and not ours is kept, once:
 * a copy that was cut off has another name. $1 the list, $2 the folder of originals.
 */
const noteScript = `
umask 077
list=$1 originals=$2
keep() {
  [ ! -d "$1" ] && [ ! -e "$originals$1" ] && [ ! -L "$originals$1" ] || return 0
  ! grep -Fqx -- "$1" "$list" 2>/dev/null || return 0
  mkdir -p -- "$(dirname -- "$originals$1")" &&
    cp -a --remove-destination -T -- "$1" "$originals.new" && mv -T -- "$originals.new" "$originals$1"
}
note() { grep -Fqx -- "$1" "$list" 2>/dev/null || printf '%s\\n' "$1" >> "$list"; }
missing() {
  [ -d "$1" ] && return
  missing "$(dirname -- "$1")"
  note "$1/"
}
while IFS= read -r path; do
  if [ -e "$path" ] || [ -L "$path" ]; then
    keep "$path" || { echo "the original of $path could not be kept in $originals" >&2; exit 1; }
    continue
  fi
  missing "$(dirname -- "$path")"
  note "$path"
done
`;

/** Notes which of these files are not on the host yet, and keeps those that are. Before they are written: afterwards nobody could. */
export async function noteCreated(session: HostSession, paths: readonly string[]): Promise<void> {
  await session.script(noteScript, [createdPath, originalsFolder], {
    stdin: paths.map((path) => `${path}\n`).join(''),
  });
}
