import type { Client } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { coreKinds, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';
import type { Runnable } from '@tke/runtime';
import { exponentialDelay, systemClock, withJitter, type Clock, type Random } from '@tke/time';

import type { WebhookConfigurationRef } from './ca-bundle.ts';
import { Rotation } from './rotation.ts';
import { Wakeup } from './wakeup.ts';
import { watchObject } from './watch-object.ts';

export interface CertificateRotatorOptions {
  readonly client: Client;
  /** Created when there is none. */
  readonly secret: ObjectKey;
  /** What the apiserver dials: `<service>.<namespace>.svc`, or the host of the webhooks' url. */
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
  readonly configurations: readonly WebhookConfigurationRef[];
  /** The Secret is somebody else's: only its CA is published. Secrets of cert-manager are recognized without this. */
  readonly externallyManaged?: boolean;
  /** Life of a certificate in days; it is replaced after two thirds. Default 90. */
  readonly days?: number;
  /** How long apiservers are given to see a new CA before a certificate of it is served. Default 10 s. */
  readonly propagationMs?: number;
  /** How long the old CA stays trusted, until surely every replica serves the new certificate. Default 1 h. */
  readonly overlapMs?: number;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

const backoff = { baseMs: 1000, capMs: 60_000 };

/** Keeps a serving certificate in a Secret and its CA in webhook configurations. Runs on the leader. */
export class CertificateRotator implements Runnable {
  readonly name = 'webhook-certificate-rotator';
  readonly leaderOnly = true;
  readonly #options: CertificateRotatorOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #changes = new Wakeup();

  constructor(options: CertificateRotatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  /** Works until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const { secret, configurations } = this.#options;
    await Promise.all([
      this.#run(signal),
      this.#watch(coreKinds.secret, secret, signal),
      ...configurations.map(({ kind, name }) => this.#watch(kind, { name }, signal)),
    ]);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const rotation = this.#rotation();
    let failures = 0;
    for (;;) {
      try {
        await this.#changes.wait(await rotation.step(signal), this.#clock, signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        const delayMs = withJitter(exponentialDelay(failures++, backoff), 0.5, this.#random);
        this.#options.logger.warn('Rotating the webhook certificate failed, trying again', { delayMs, error });
        // Not on the next event: a conflict is an event too, and two writers would chase each other.
        await this.#clock.sleep(delayMs, signal).catch(() => undefined);
      }
      if (signal.aborted) {
        return;
      }
    }
  }

  #rotation(): Rotation {
    const { client, secret, configurations, logger, ...options } = this.#options;
    return new Rotation({
      client,
      secret,
      configurations,
      wanted: { dnsNames: options.dnsNames ?? [], ips: options.ips ?? [], days: options.days ?? 90 },
      externallyManaged: options.externallyManaged ?? false,
      propagationMs: options.propagationMs ?? 10_000,
      overlapMs: options.overlapMs ?? 3_600_000,
      logger,
      clock: this.#clock,
    });
  }

  #watch<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, signal: AbortSignal): Promise<void> {
    const { client: reader, logger } = this.#options;
    const onChange = () => this.#changes.notify();
    return watchObject({ reader, kind, key, onChange, logger, clock: this.#clock, random: this.#random }, signal);
  }
}
