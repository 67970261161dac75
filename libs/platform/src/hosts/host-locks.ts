import type { HeldLock, Host, LockClaim } from '@tke/host';
import { isCoded } from '@tke/errors';

/**
 * The locks of hosts this process holds. Taking one waits for commands that run under it, so it is taken once per term of leadership
 * and not once per pass, where one object's long upload would keep another's pass waiting.
 */
export class HostLocks {
  readonly #held = new Map<string, Promise<HeldLock>>();

  /** Rejects with HostInUse, LockSuperseded, LockBusy or what keeps the host from answering. */
  async take(host: Host, ip: string, claim: LockClaim, signal: AbortSignal): Promise<HeldLock> {
    const key = keyOf(ip, claim);
    for (let known = this.#held.get(key); known !== undefined; known = this.#held.get(key)) {
      try {
        return await known;
      } catch {
        // It was taken for somebody else, who may have been stopped: that says nothing about us.
        this.#forget(key, known);
      }
    }
    const taking = host.lock.take(claim, { signal });
    this.#held.set(key, taking);
    taking.catch(() => this.#forget(key, taking));
    return taking;
  }

  /** The host belongs to nobody afterwards. */
  async release(host: Host, ip: string, claim: LockClaim, signal: AbortSignal): Promise<void> {
    this.#held.delete(keyOf(ip, claim));
    await host.lock.release(claim, { signal });
  }

  /** Lets the lock be taken again after `error`, when that says it is not held any more. */
  noteFailure(ip: string, claim: LockClaim, error: unknown): void {
    if (isCoded(error, 'LockNotHeld', 'LockSuperseded')) {
      this.#held.delete(keyOf(ip, claim));
    }
  }

  #forget(key: string, lock: Promise<HeldLock>): void {
    if (this.#held.get(key) === lock) {
      this.#held.delete(key);
    }
  }
}

function keyOf(ip: string, { cluster, token }: LockClaim): string {
  return `${cluster} ${token} ${ip}`;
}
