import { targetSecrets, type Host, type HostPool, type HostTarget, type LockClaim } from '@tke/host';

import { platformErrors } from '../errors.ts';
import type { HostLocks } from './host-locks.ts';
import type { HostSession } from './host-session.ts';
import { hostTarget, type FindSecret } from './host-target.ts';
import type { FindHost, KnownHost } from './known-host.ts';
import { LockedSession } from './locked-session.ts';
import { stateFolder } from './state-folder.ts';
import { FactsOfPass, wasReached } from './facts-of-pass.ts';

export interface HostSessionsOptions {
  readonly pool: Pick<HostPool, 'host'>;
  readonly locks: HostLocks;
  /** Undefined while this process does not lead. */
  readonly claim: () => LockClaim | undefined;
  readonly findHost: FindHost;
  readonly findSecret: FindSecret;
  /** Of the pass: all commands end with it. */
  readonly signal: AbortSignal;
  /** On the hosts. Default /var/lib/tke. */
  readonly stateFolder?: string | undefined;
}

/** The sessions of one pass over one object: each host is opened once, however many steps ask for it. */
export class HostSessions {
  readonly #options: HostSessionsOptions;
  readonly #open = new Map<string, Promise<LockedSession>>();

  constructor(options: HostSessionsOptions) {
    this.#options = options;
  }

  /** How to get to a host. Connects to nothing; throws as `hostTarget`, or HostNotOfCluster. */
  target(ip: string): HostTarget {
    return hostTarget(this.#known(ip), this.#options.findSecret);
  }

  /**
   * The host, its lock held. What is done through it ends with `signal`, and with the pass. Rejects as `target`, with NotLeading, with HostInUse where it belongs to another cluster, or with what
   * keeps it from answering.
   */
  async open(ip: string, signal?: AbortSignal): Promise<HostSession> {
    const session = await this.#opened(ip);
    return signal === undefined ? session : session.until(signal);
  }

  #opened(ip: string): Promise<LockedSession> {
    const known = this.#open.get(ip);
    if (known !== undefined) {
      return known;
    }
    const opening = this.#connect(ip);
    this.#open.set(ip, opening);
    opening.catch(() => this.#open.delete(ip));
    return opening;
  }

  /** Gives the host up: it belongs to nobody afterwards. Ends and rejects as `open`; a lock of somebody else is refused. */
  async release(ip: string, until?: AbortSignal): Promise<void> {
    this.#open.delete(ip);
    const { locks, signal: pass } = this.#options;
    const signal = until === undefined ? pass : AbortSignal.any([pass, until]);
    const host = this.#host(this.target(ip));
    await locks.release(host, ip, this.#claim(), signal);
    await host.run(['rmdir', '--ignore-fail-on-non-empty', this.#stateFolder], { signal, exitCodes: [0, 1] });
  }

  async #connect(ip: string): Promise<LockedSession> {
    const { locks, signal } = this.#options;
    const known = this.#known(ip);
    const target = this.target(ip);
    const claim = this.#claim();
    const host = this.#host(target);
    const facts = new FactsOfPass(host, known, signal);
    if (!wasReached(known.record)) {
      await facts.read();
    }
    return new LockedSession({
      ip,
      host,
      lock: await locks.take(host, ip, claim, signal),
      secrets: targetSecrets(target),
      signal,
      facts: () => facts.read(),
      onFailure: (error) => locks.noteFailure(ip, claim, error),
    });
  }

  #host(target: HostTarget): Host {
    return this.#options.pool.host(target, { stateFolder: this.#stateFolder });
  }

  get #stateFolder(): string {
    return this.#options.stateFolder ?? stateFolder;
  }

  #known(ip: string): KnownHost {
    const host = this.#options.findHost(ip);
    if (host === undefined) {
      throw platformErrors.HostNotOfCluster(`${ip} is no host of the cluster`);
    }
    return host;
  }

  #claim(): LockClaim {
    const claim = this.#options.claim();
    if (claim === undefined) {
      throw platformErrors.NotLeading('this replica does not lead, and must not change hosts');
    }
    return claim;
  }
}
