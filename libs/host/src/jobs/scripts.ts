import { commandLine } from '../shell/quote.ts';

/** Exit code of the scripts when the id is taken by another command. */
export const differs = 47;
export const notStarted = 48;
export const absent = 44;

/**
 * Shared by the scripts. A job is a folder: `command` (digest of what was asked for), `process` (pid, start time, boot)
 * while and after it runs, `output`, and at its end `exit`. Pid, start time and boot together are never given away
 * again, so a job is neither taken for dead nor for another process, whoever asks and whenever.
 */
const library = `
boot=$(cat /proc/sys/kernel/random/boot_id)
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() {
  read -r pid start its_boot < "$job/process" 2>/dev/null || return 1
  [ "$its_boot" = "$boot" ] && [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ]
}
state() {
  if [ -f "$job/exit" ]; then echo "exited $(cat "$job/exit")"
  elif alive; then echo running
  elif [ -f "$job/exit" ]; then echo "exited $(cat "$job/exit")"
  else echo vanished
  fi
}
`;

/**
 * The job itself, kept in a file: systemd would replace what looks like a variable in a command line. Ends by writing
 * `exit`: exit code, start and end in seconds since the epoch, the limit, and how it ended.
 */
export function jobFile(argv: readonly string[], limitSeconds: number): string {
  return `
job=$(dirname -- "$0")
cd / || exit 1
began=$(date +%s)
if [ -f "$job/stdin" ]; then exec < "$job/stdin"; rm -f -- "$job/stdin"; else exec < /dev/null; fi
exec >> "$job/output" 2>&1
read -r boot < /proc/sys/kernel/random/boot_id
echo "$$ $(sed 's/.*) //' "/proc/$$/stat" | cut -d' ' -f20) $boot" > "$job/process.new"
mv -T -- "$job/process.new" "$job/process"
timeout -k 10 ${limitSeconds} ${commandLine(argv)}
code=$?
echo "$code $began $(date +%s) ${limitSeconds} ended" > "$job/exit.new"
sync -- "$job/exit.new"
mv -T -- "$job/exit.new" "$job/exit"
exit "$code"
`;
}

/**
 * Starts a job, or finds it started. The folder is locked meanwhile; the job must not inherit the lock. Prints `new`,
 * `again` (the former run vanished in a reboot) or `adopted`, and the state. Standard input becomes that of the job.
 *
 * systemd-run takes the job out of the session and its control group: what logind or a restart of sshd ends is not it.
 *
 * $1 folder of all jobs, $2 id, $3 digest, $4 the job's file.
 */
export const startScript = `${library}
jobs=$1 id=$2 digest=$3
job=$jobs/$id
umask 077
mkdir -p -- "$job" || exit 1
exec 9< "$job" || exit 1
flock -x -w 20 9 || exit 1
if [ -f "$job/command" ] && [ "$(cat "$job/command")" != "$digest" ]; then exit ${differs}; fi
how=new
if [ -f "$job/process" ]; then
  found=$(state)
  if [ "$found" != vanished ]; then echo adopted; echo "$found"; exit 0; fi
  how=again
  rm -f -- "$job/process"
fi
cat > "$job/stdin" && printf '%s' "$4" > "$job/run" && printf '%s' "$digest" > "$job/command" && : >> "$job/output" || exit 1
if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ] && command -v systemd-run > /dev/null; then
  echo systemd > "$job/launcher"
  systemctl reset-failed "tke-$id.service" 2> /dev/null
  systemd-run --quiet --unit="tke-$id" --description="tke: $id" --property=TimeoutStopSec=10 \\
    --setenv=PATH="$PATH" --setenv=LC_ALL=C --setenv=HOME="\${HOME:-/root}" \\
    /bin/sh "$job/run" 9<&- >> "$job/output" 2>&1 || { rm -f -- "$job/stdin"; tail -n 5 "$job/output" >&2; exit ${notStarted}; }
else
  echo setsid > "$job/launcher"
  setsid /bin/sh "$job/run" < /dev/null > /dev/null 2>&1 9<&- &
fi
rounds=100
while [ ! -f "$job/process" ]; do
  [ "$rounds" -gt 0 ] || { rm -f -- "$job/stdin"; tail -n 5 "$job/output" >&2; exit ${notStarted}; }
  rounds=$((rounds - 1))
  sleep 0.1
done
echo "$how"
state
`;

/** $1 folder of the job, $2 offset, $3 how much output at most. First line: state; the rest: output. */
export const pollScript = `${library}
job=$1
[ -f "$job/command" ] || exit ${absent}
state
exec tail -c "+$(($2 + 1))" -- "$job/output" 2> /dev/null | head -c "$3"
`;

/**
 * Ends a job with all it has started, and waits until that is gone. The leader of its session goes first, as it would write the end of
 * its command down as that of the job. $1 folder, $2 id.
 */
export const cancelScript = `${library}
job=$1 id=$2
alive || exit 0
if [ "$(cat "$job/launcher")" = systemd ]; then
  systemctl stop "tke-$id.service" 2> /dev/null
else
  read -r pid rest < "$job/process"
  session() { cat /proc/[0-9]*/stat 2> /dev/null | sed -n "s/^\\([0-9]*\\) .*) [^XZ] [0-9]* [0-9]* $pid .*/\\1/p"; }
  signal() { for member in $(session); do kill -s "$1" "$member" 2> /dev/null; done; }
  kill -s TERM "$pid"
  signal TERM
  rounds=50
  while [ -n "$(session)" ] && [ "$rounds" -gt 0 ]; do rounds=$((rounds - 1)); sleep 0.1; done
  rounds=50
  while [ -n "$(session)" ] && [ "$rounds" -gt 0 ]; do signal KILL; rounds=$((rounds - 1)); sleep 0.1; done
fi
began=$(stat -c %Y -- "$job/process")
[ -f "$job/exit" ] || echo "143 $began $(date +%s) 0 cancelled" > "$job/exit"
exit 0
`;

/** Forgets a job that does not run. $1 folder. */
export const removeScript = `${library}
job=$1
[ -d "$job" ] || exit 0
if [ ! -f "$job/exit" ] && alive; then exit ${differs}; fi
exec rm -rf -- "$job"
`;
