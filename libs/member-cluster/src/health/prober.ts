import { KubeTransportError } from '@tke/kube-client';
import type { Clock, Random } from '@tke/time';

import {
  afterProbe,
  nextProbeMs,
  unknownHealth,
  unusable,
  type Health,
  type HealthSettings,
  type ProbeResult,
} from './health.ts';

export interface ProberOptions {
  /** Rejects when the member does not answer as it should. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  readonly onChange: (health: Health, before: Health) => void;
  readonly settings: HealthSettings;
  readonly clock: Clock;
  readonly random: Random;
  /** The first probe comes within so many milliseconds, so that many members that start together do not connect at once. */
  readonly firstWithinMs: number;
}

/** Asks one member again and again whether it is there. */
export class Prober {
  readonly #options: ProberOptions;
  #health: Health;
  /** Of the probe under way and the pause after it. */
  #round = new AbortController();
  #probing = false;
  #probedAt = -Infinity;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#health = unknownHealth(options.clock.now());
  }

  get health(): Health {
    return this.#health;
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, firstWithinMs } = this.#options;
    const stop = () => this.#round.abort();
    signal.addEventListener('abort', stop, { once: true });
    await this.#pause(random() * firstWithinMs, this.#round.signal);
    while (!signal.aborted) {
      this.#round = new AbortController();
      await this.#probeAndPause(this.#round.signal);
    }
    signal.removeEventListener('abort', stop);
  }

  /** Probes at once. A probe under way is given up: what it finds out is not of interest any more. */
  probeNow(): void {
    this.#round.abort();
  }

  /** There is reason for doubt: probes as soon as between the probes that lead to a verdict. */
  doubt(): void {
    const { clock, settings } = this.#options;
    if (!this.#probing && clock.monotonic() - this.#probedAt >= settings.retryMs) {
      this.probeNow();
    }
  }

  /** Forgets what was known, as the member is another one, and probes at once. */
  startOver(): void {
    this.#enter(unknownHealth(this.#options.clock.now()));
    this.probeNow();
  }

  /** A verdict without a probe. */
  condemn(error: unknown): void {
    this.#enter(unusable(this.#health, error, this.#options.clock.now()));
    this.probeNow();
  }

  async #probeAndPause(round: AbortSignal): Promise<void> {
    const { clock, settings, random } = this.#options;
    this.#probing = true;
    this.#probedAt = clock.monotonic();
    const result = await this.#probe(round);
    this.#probing = false;
    if (!round.aborted) {
      this.#enter(afterProbe(this.#health, result, clock.now(), settings));
      await this.#pause(nextProbeMs(this.#health, settings, random), round);
    }
  }

  async #probe(round: AbortSignal): Promise<ProbeResult> {
    const { clock, settings, probe } = this.#options;
    const limit = new AbortController();
    const timer = clock.setTimer(settings.timeoutMs, () =>
      limit.abort(
        new KubeTransportError('Timeout', `the probe was not answered within ${settings.timeoutMs / 1000} s`),
      ),
    );
    const sentAt = clock.now();
    try {
      await probe(AbortSignal.any([round, limit.signal]));
      return { answered: true, sentAt };
    } catch (error) {
      return { answered: false, error };
    } finally {
      timer.cancel();
    }
  }

  async #pause(delayMs: number, round: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(delayMs, round).catch(() => undefined);
  }

  #enter(health: Health): void {
    const before = this.#health;
    this.#health = health;
    this.#options.onChange(health, before);
  }
}
