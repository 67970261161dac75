import { commandLine } from '../shell/quote.ts';

/** The lock that has to be ours while a command runs. */
export interface LockGuard {
  /** The folder that holds the lock. */
  readonly folder: string;
  readonly cluster: string;
  readonly token: number;
}

/** Exit code of the wrapper when it did not start the command; a line with the nonce says why. */
export const refusedExitCode = 220;
const busyExitCode = 221;
const lockWaitSeconds = 10;
/** From SIGTERM to SIGKILL when the time limit of the host is over. */
const killAfterSeconds = 5;

/**
 * Tells its process group, then becomes the command. It tells it on standard output as well, so that what a .bashrc
 * prints (bash reads it under sshd) is not taken for the command's. `timeout` makes itself the leader of a process group and passes
 * SIGTERM on to all of it, so it is what an abort signals; its own limit is for the day we are not there to do it.
 * The guard holds the lock's folder shared: nobody takes the lock while the command runs. `flock -o` keeps the
 * descriptor from daemons that the command leaves behind.
 */
const wrapper = `
nonce=$1 limit=$2 folder=$3 cluster=$4 token=$5
shift 5
PATH="\${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C
export PATH LC_ALL
refuse() { printf '%s %s\\n%s refused %s\\n' "$nonce" "$$" "$nonce" "$1" >&2; exit ${refusedExitCode}; }
command -v timeout >/dev/null || refuse 'missing timeout (GNU coreutils)'
if [ -n "$folder" ]; then
  command -v flock >/dev/null || refuse 'missing flock (util-linux)'
  [ -d "$folder" ] || refuse 'lock none'
  set -- flock -s -o -w ${lockWaitSeconds} -E ${busyExitCode} "$folder" sh -c '
    nonce=$1 file=$2 cluster=$3 token=$4
    shift 4
    held=$(cat "$file" 2>/dev/null)
    case "$held" in
      "cluster=$cluster
token=$token
"*) exec "$@";;
    esac
    printf "%s refused lock %s\\n" "$nonce" "$(printf "%s" "\${held:-none}" | tr "\\n" " ")" >&2
    exit ${refusedExitCode}' sh "$nonce" "$folder/lock" "$cluster" "$token" "$@"
fi
printf '%s %s\\n' "$nonce" "$$"
printf '%s %s\\n' "$nonce" "$$" >&2
exec timeout -k ${killAfterSeconds} "$limit" "$@"
`;

export interface WrapOptions {
  readonly nonce: string;
  readonly limitSeconds: number;
  readonly sudo: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly guard: LockGuard | undefined;
}

/** The command line that SSH hands to the login shell. */
export function wrapped(argv: readonly string[], { nonce, limitSeconds, sudo, env, guard }: WrapOptions): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = settings.length === 0 ? argv : ['env', ...settings, ...argv];
  const lock = [guard?.folder ?? '', guard?.cluster ?? '', String(guard?.token ?? '')];
  const shell = ['sh', '-c', wrapper, 'tke', nonce, String(limitSeconds), ...lock, ...command];
  // -k forgets an earlier password, so that sudo asks every time or never.
  return `exec ${commandLine(sudo ? ['sudo', '-S', '-k', '-p', `${nonce}?`, '--', ...shell] : shell)}`;
}

/** Why the wrapper did not start the command, from what it left on standard error. */
export type Refusal =
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'lock'; readonly held: string }
  | { readonly kind: 'busy' };

export function refusal(
  { nonce, guard }: Pick<WrapOptions, 'nonce' | 'guard'>,
  exitCode: number | undefined,
  stderr: string,
): Refusal | undefined {
  if (exitCode === busyExitCode && guard !== undefined) {
    return { kind: 'busy' };
  }
  const prefix = `${nonce} refused `;
  const line = exitCode === refusedExitCode ? stderr.split('\n').find((each) => each.startsWith(prefix)) : undefined;
  if (line === undefined) {
    return undefined;
  }
  const [kind, ...rest] = line.slice(prefix.length).split(' ');
  return kind === 'missing' ? { kind, what: rest.join(' ') } : { kind: 'lock', held: rest.join(' ').trim() };
}
