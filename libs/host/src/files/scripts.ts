/** Exit codes by which the scripts say what is there instead of the file. */
export const absent = 44;
export const notAFile = 45;
export const contentDiffers = 46;

export const statScript = `
[ -e "$1" ] || [ -L "$1" ] || exit ${absent}
exec stat -c '%F|%s|%a|%u|%g|%U|%G|%Y' -- "$1"
`;

/** One byte more than allowed tells that there is more. */
export const readScript = `
[ -e "$1" ] || exit ${absent}
[ -f "$1" ] || exit ${notAFile}
exec head -c "$2" -- "$1"
`;

/**
 * Puts standard input in the place of a file, unless that has the content already. What has the final name is complete
 * and on the disk: the content goes to a file beside it, is compared with its digest and synced, and renamed (rename is
 * atomic within a folder). The name of that file holds the process id, so that whoever writes the file next finds what
 * a killed writer left behind. noclobber opens with O_EXCL: a link that somebody put there is not followed.
 *
 * $1 path, $2 SHA-256, $3 mode, $4 owner or '', $5 mode of missing parent folders or '', $6 'check' or 'write'.
 */
export const writeScript = `
path=$1 digest=$2 mode=$3 owner=$4 parents=$5 action=$6
folder=$(dirname -- "$path") name=$(basename -- "$path")
digest_of() { sha256sum < "$1" | cut -d' ' -f1; }
owner_of() {
  case "$owner" in
    '') ;;
    [0-9]*:*) stat -c '%u:%g' -- "$1";;
    [0-9]*) stat -c '%u' -- "$1";;
    *:*) stat -c '%U:%G' -- "$1";;
    *) stat -c '%U' -- "$1";;
  esac
}
if [ -L "$path" ] || { [ -e "$path" ] && [ ! -f "$path" ]; }; then exit ${notAFile}; fi
if [ -f "$path" ] && [ "$(digest_of "$path")" = "$digest" ]; then
  if [ "$(stat -c %a -- "$path")" = "$mode" ] && [ "$(owner_of "$path")" = "$owner" ]; then
    echo unchanged
  else
    [ -z "$owner" ] || chown -- "$owner" "$path" || exit 1
    chmod -- "$mode" "$path" || exit 1
    echo attributes
  fi
  [ "$action" = check ] || cat > /dev/null
  exit 0
fi
if [ "$action" = check ]; then echo needed; exit 0; fi
umask 077
if [ -n "$parents" ] && [ ! -d "$folder" ]; then
  (umask 022; mkdir -p -m "$parents" -- "$folder") || exit 1
fi
for left in "$folder/.$name.tke-"*; do
  if [ -e "$left" ] && [ ! -e "/proc/\${left##*-}" ]; then rm -f -- "$left"; fi
done
part=$folder/.$name.tke-$$
trap 'rm -f -- "$part"' EXIT
trap 'exit 1' HUP INT TERM PIPE
set -C
cat > "$part" || exit 1
set +C
[ "$(digest_of "$part")" = "$digest" ] || exit ${contentDiffers}
[ -z "$owner" ] || chown -- "$owner" "$part" || exit 1
chmod -- "$mode" "$part" && sync -- "$part" && mv -T -- "$part" "$path" || exit 1
trap - EXIT
sync -- "$folder" || exit 1
echo written
`;
