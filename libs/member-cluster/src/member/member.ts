import { errorMessage } from '@tke/errors';
import {
  Discovery,
  KubeTransportError,
  SwitchableConnection,
  type Client,
  type ClusterConfig,
  type RequestObserver,
} from '@tke/kube-client';
import type { Logger } from '@tke/log';
import type { AddressGuard } from '@tke/net';
import { Cache } from '@tke/runtime';
import type { Clock, Random } from '@tke/time';

import type { MemberAccess } from '../access/cluster-access.ts';
import { memberErrors } from '../errors.ts';
import { nextProbeMs, type Health, type HealthSettings } from '../health/health.ts';
import { Prober } from '../health/prober.ts';
import { accessKeys, type AccessKeys } from './access-keys.ts';
import { isAnother, learnFacts, type MemberFacts } from './facts.ts';
import type { MemberCluster } from './member-cluster.ts';
import { MemberReader } from './member-reader.ts';

export interface MemberTools {
  readonly userAgent: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly health: HealthSettings;
  readonly requestTimeoutMs?: number;
  readonly connectTimeoutMs: number;
  readonly maxConnections: number;
  readonly guard?: AddressGuard;
  readonly firstProbeWithinMs: number;
  readonly onRequest?: RequestObserver;
}

// A member that refuses everything for a minute must not hold the worker that asks: the queue's back-off waits without one.
const longestWaitMs = 5_000;

// A cluster may be rebuilt or upgraded behind its address.
const factsMaxAgeMs = 300_000;

/** One member: a connection, what is read through it, and whether it answers. */
export class Member implements MemberCluster {
  readonly name: string;
  readonly client: Client;
  readonly cache: Cache;
  readonly discovery: Discovery;
  readonly #tools: MemberTools;
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #connection: SwitchableConnection;
  readonly #reader: MemberReader;
  readonly #prober: Prober;
  readonly #stop = new AbortController();
  #keys: AccessKeys | undefined;
  #config: ClusterConfig | undefined;
  #unusable: unknown;
  #tenantID: string | undefined;
  /** Of the cluster that is meant; undefined until it is known. */
  #uid: string | undefined;
  #facts: MemberFacts | undefined;
  #factsAt = -Infinity;

  constructor(name: string, tools: MemberTools, onChange: () => void) {
    const { clock, random, health: settings } = tools;
    this.name = name;
    this.#tools = tools;
    this.#onChange = onChange;
    this.#log = tools.logger.withName('member').withValues({ cluster: name });
    this.#connection = new SwitchableConnection({
      ...tools,
      longestWaitMs,
      logger: this.#log,
      // So that a member that falls silent keeps callers waiting for seconds, not until its next probe is due.
      onSlow: () => this.#prober.doubt(),
    });
    this.client = this.#connection.client;
    this.discovery = new Discovery(this.client);
    this.#reader = new MemberReader(this.client);
    this.cache = new Cache({ reader: this.#reader, logger: tools.logger, clock, random, name });
    this.#prober = new Prober({
      probe: (signal) => this.#probe(signal),
      onChange: (health, before) => this.#entered(health, before),
      settings,
      clock,
      random,
      firstWithinMs: tools.firstProbeWithinMs,
    });
    this.#connection.block(this.#notReady(this.health)); // until the first verdict
  }

  get tenantID(): string | undefined {
    return this.#tenantID;
  }

  get health(): Health {
    return this.#prober.health;
  }

  get facts(): MemberFacts | undefined {
    return this.#facts;
  }

  get config(): ClusterConfig | undefined {
    return this.#unusable === undefined ? this.#config : undefined;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** A new credential takes over without a gap; behind a new address another cluster may stand, which is found out first. */
  use({ config, tenantID, uid }: MemberAccess): void {
    this.#tenantID = tenantID;
    const sameCluster = uid === this.#uid;
    this.#uid = uid;
    const keys = accessKeys(config);
    const first = this.#keys === undefined && this.#unusable === undefined;
    const sameServer = keys.server === this.#keys?.server && this.#unusable === undefined;
    if (sameServer && keys.user === this.#keys?.user) {
      if (!sameCluster) {
        this.#prober.probeNow();
      }
      return;
    }
    this.#keys = keys;
    this.#config = config;
    this.#unusable = undefined;
    this.#connection.switchTo(config);
    if (sameServer) {
      this.#prober.probeNow();
    } else if (!first) {
      this.#prober.startOver();
    }
  }

  /** There is no way to the member, for a reason other than its own. */
  condemn(error: unknown): void {
    this.#unusable = error;
    this.#prober.condemn(error);
  }

  /** Runs until `remove`; never rejects. */
  async run(): Promise<void> {
    const cache = this.cache.start(this.signal).catch((error: unknown) => {
      // Of one member only: the others go on.
      this.#log.error('The informers of a member have failed', { error });
      this.condemn(error);
    });
    await Promise.all([this.#prober.run(this.signal), cache]);
  }

  async remove(): Promise<void> {
    this.#stop.abort(memberErrors.MemberGone(`cluster ${this.name} is not connected any more`));
    await this.#connection.close();
  }

  async #probe(signal: AbortSignal): Promise<void> {
    if (this.#unusable !== undefined) {
      throw this.#unusable as Error;
    }
    const { probe } = this.#connection;
    await probe.request({ path: '/readyz', signal });
    const connected = ['Healthy', 'Suspect'].includes(this.health.state);
    if (!connected || this.#tools.clock.monotonic() - this.#factsAt > factsMaxAgeMs) {
      await this.#learn(probe, signal);
    }
    this.#requireIdentity();
  }

  /** Whoever takes over an address must not get what was meant for the cluster that was there: rights, quotas, Secrets. */
  #requireIdentity(): void {
    const found = this.#facts?.uid;
    if (this.#uid !== undefined && found !== undefined && found !== this.#uid) {
      throw memberErrors.IdentityChanged(
        `another cluster answers in the place of ${this.name}: the UID of its namespace kube-system is ${found}, that of the one meant ${this.#uid}`,
      );
    }
  }

  async #learn(probe: Client, signal: AbortSignal): Promise<void> {
    const learnt = await learnFacts(probe, signal);
    signal.throwIfAborted();
    const before = this.#facts;
    const newAddress = this.health.state === 'Unknown';
    // Who may not look any more has not seen another cluster.
    const facts = newAddress || before === undefined ? learnt : { ...before, ...learnt };
    this.#facts = facts;
    this.#factsAt = this.#tools.clock.monotonic();
    if (before !== undefined && isAnother(before, facts, newAddress)) {
      this.#startOver(before, facts);
    }
    if (before?.version !== facts.version || before.uid !== facts.uid) {
      this.discovery.invalidate();
      this.#onChange();
    }
  }

  #startOver(before: MemberFacts, now: MemberFacts): void {
    this.#log.warn('Another cluster may stand behind this name: everything is listed anew', {
      before: before.uid,
      now: now.uid,
    });
    this.#reader.startOver();
    this.discovery.invalidate();
    this.#connection.cutWatches(new KubeTransportError('ConnectionLost', 'another cluster answers now'));
  }

  #entered(health: Health, before: Health): void {
    if (health.state === 'Healthy') {
      this.#connection.open();
      this.#reader.open();
    } else {
      this.#shut(health, before);
    }
    const { state, lastError } = health;
    if (
      state !== before.state ||
      lastError?.code !== before.lastError?.code ||
      lastError?.message !== before.lastError?.message
    ) {
      const fields = { state, ...(lastError && { code: lastError.code, error: lastError.message }) };
      if (state === 'Unhealthy') {
        this.#log.warn('Member is not well', fields);
      } else {
        this.#log.info('Health of member', fields);
      }
      this.#onChange();
    }
  }

  #shut(health: Health, before: Health): void {
    const reason = this.#notReady(health);
    this.#connection.block(reason);
    this.#reader.close();
    if (health.state === before.state) {
      return;
    }
    // An old socket may be dead while a new one would work: the next probe is to find out about the server.
    this.#connection.renew(reason);
    if (health.state !== 'Suspect') {
      this.#connection.cutWatches(new KubeTransportError('ConnectionLost', errorMessage(reason)));
    }
  }

  #notReady(health: Health): Error {
    const { lastError } = health;
    const waitMs = nextProbeMs(health, this.#tools.health, () => 0);
    const why = lastError === undefined ? 'it has not answered yet' : lastError.message;
    return memberErrors.MemberNotReady(`cluster ${this.name} is not ready: ${why}`, {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
      ...(lastError && { remedy: lastError.remedy }),
    });
  }
}
