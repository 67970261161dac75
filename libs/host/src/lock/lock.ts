import { errors } from '../errors.ts';
import { runScript, type Run, type RunOptions } from '../exec/run-options.ts';
import { refusedExitCode, type LockGuard } from '../exec/wrapper.ts';
import { parseLock, type LockRecord } from './lock-record.ts';

/** Who wants to work on the host. */
export interface LockClaim {
  /** UID of the Cluster the host belongs to. */
  readonly cluster: string;
  /** Grows with every change of leader: what an earlier leader still sends is refused. */
  readonly token: number;
  /** For people: the cluster's name and the leader's identity. */
  readonly holder: string;
}

export type LockOptions = Pick<RunOptions, 'sudo' | 'signal'>;

/** The lock as taken; `guard` goes with every command that changes the host. */
export interface HeldLock {
  readonly guard: LockGuard;
}

const busyExitCode = 221;
const waitSeconds = 10;

/**
 * Under an exclusive lock of the folder, so that it waits for guarded commands (they hold it shared) and no two claims
 * mix. $1 folder, $2 cluster, $3 token, $4 holder, $5 'take' or 'release'.
 */
const lockScript = `
folder=$1 cluster=$2 token=$3 holder=$4 action=$5
[ "$action" = release ] && [ ! -d "$folder" ] && exit 0
command -v flock > /dev/null || { echo 'missing flock (util-linux)' >&2; exit 1; }
(umask 022; mkdir -p -- "$folder") || exit 1
exec 9< "$folder" || exit 1
flock -x -w ${waitSeconds} 9 || exit ${busyExitCode}
umask 022
file=$folder/lock
field() { sed -n "s/^$1=//p" "$file" 2>/dev/null | head -n 1; }
if [ -f "$file" ]; then
  [ "$(field cluster)" = "$cluster" ] && [ "$(field token)" -le "$token" ] || { cat "$file"; exit ${refusedExitCode}; }
  if [ "$(field token)" -eq "$token" ] && [ "$(field holder)" != "$holder" ]; then cat "$file"; exit ${refusedExitCode}; fi
fi
if [ "$action" = release ]; then
  rm -f -- "$file"
  exit 0
fi
trap 'rm -f -- "$file.new"' EXIT
printf 'cluster=%s\\ntoken=%s\\nholder=%s\\nsince=%s\\n' "$cluster" "$token" "$holder" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$file.new" &&
  sync -- "$file.new" && mv -T -- "$file.new" "$file" && sync -- "$folder"
`;

/**
 * Says on the host itself whose it is: two clusters must not take the same machine, and a leader that was deposed while
 * it slept must not go on. It lies on the disk, because a reboot changes neither whose the host is nor which leader is
 * the newest.
 */
export class HostLock {
  readonly #run: Run;
  readonly #folder: string;

  constructor(run: Run, folder: string) {
    this.#run = run;
    this.#folder = folder;
  }

  /**
   * Takes the lock, takes it over from an earlier leader of the same cluster, or keeps it. Waits for commands that are
   * guarded by it. Rejects with HostInUse, LockSuperseded or LockBusy.
   */
  async take(claim: LockClaim, options: LockOptions = {}): Promise<HeldLock> {
    await this.#apply(claim, 'take', options);
    return { guard: { folder: this.#folder, cluster: claim.cluster, token: claim.token } };
  }

  /** The host belongs to nobody then. Does nothing when it is free already; a lock of somebody else is refused. */
  async release(claim: LockClaim, options: LockOptions = {}): Promise<void> {
    await this.#apply(claim, 'release', options);
  }

  /** Undefined when the host belongs to nobody. */
  async read(options: LockOptions = {}): Promise<LockRecord | undefined> {
    const script = '[ ! -f "$1/lock" ] || exec cat -- "$1/lock"';
    return parseLock((await runScript(this.#run, script, [this.#folder], options)).stdout);
  }

  async #apply(claim: LockClaim, action: 'take' | 'release', options: LockOptions): Promise<void> {
    const { cluster, token, holder } = claim;
    if (
      !/^[\w.-]{1,128}$/.test(cluster) ||
      !Number.isSafeInteger(token) ||
      token < 0 ||
      !/^[\x20-\x7e]{1,256}$/.test(holder)
    ) {
      throw new TypeError('a lock needs a UID, a whole number and one line of text');
    }
    const args = [this.#folder, cluster, String(token), holder, action];
    const exitCodes = [0, refusedExitCode, busyExitCode];
    const { exitCode, stdout } = await runScript(this.#run, lockScript, args, { ...options, exitCodes });
    if (exitCode === busyExitCode) {
      throw errors.LockBusy(`a command of another leader is still at work after ${waitSeconds} s`);
    }
    if (exitCode === refusedExitCode) {
      throw this.#refused(claim, parseLock(stdout));
    }
  }

  #refused(claim: LockClaim, held: LockRecord | undefined): Error {
    if (held === undefined) {
      return errors.HostInUse(`${this.#folder}/lock cannot be read`);
    }
    if (held.cluster !== claim.cluster) {
      return errors.HostInUse(
        `the host belongs to ${held.holder} (cluster ${held.cluster}) since ${held.since}, says ${this.#folder}/lock`,
      );
    }
    return errors.LockSuperseded(`${held.holder} holds the lock with token ${held.token}, ours is ${claim.token}`);
  }
}
