import { errorMessage } from '@tke/errors';
import type { Logger } from '@tke/log';
import { systemClock, type Clock } from '@tke/time';

import { managerErrors } from './errors.ts';
import type { HttpAnswer } from './http-endpoint.ts';

/** Healthy unless it throws or rejects. */
export type HealthCheck = (signal: AbortSignal) => void | Promise<void>;

type Verdict = 'ok' | 'excluded' | 'failed';

// Longer than any probe waits, so that a check that hangs shows as failed in `?verbose` and does not pile up.
const checkTimeoutMs = 5_000;

/** One aggregated endpoint of named checks, with the answers of controller-runtime's healthz package. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();
  /** What each check said last: probes come every second, and only a change is worth a line. */
  readonly #passes = new Map<string, boolean>();
  readonly #log: Logger;
  readonly #clock: Clock;

  constructor(log: Logger, clock: Clock = systemClock) {
    this.#log = log;
    this.#clock = clock;
  }

  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** `name` is what follows the endpoint's path; empty for all checks, which `?exclude=` and `?verbose` concern. */
  async answer(name: string, query: URLSearchParams): Promise<HttpAnswer> {
    if (name === '') {
      return this.#answerAll(new Set(query.getAll('exclude')), query.has('verbose'));
    }
    const check = this.#checks.get(name) ?? (this.#checks.size === 0 && name === 'ping' ? () => undefined : undefined);
    if (check === undefined) {
      return {
        status: 404,
        body: `no check ${JSON.stringify(name)}; there are: ${[...this.#checks.keys()].sort().join(', ')}\n`,
      };
    }
    return (await this.#run(name, check))
      ? { status: 200, body: 'ok' }
      : { status: 500, body: `${name} failed: reason withheld\n` };
  }

  async #answerAll(excluded: ReadonlySet<string>, verbose: boolean): Promise<HttpAnswer> {
    const names = this.#checks.size === 0 ? ['ping'] : [...this.#checks.keys()].sort();
    const verdicts = await Promise.all(
      names.map(async (name) => ({ name, verdict: await this.#verdict(name, excluded) })),
    );
    const failed = verdicts.some(({ verdict }) => verdict === 'failed');
    if (!failed && !verbose) {
      return { status: 200, body: 'ok' };
    }
    const unknown = [...excluded].filter((name) => !names.includes(name)).map((name) => JSON.stringify(name));
    const lines = [
      ...verdicts.map(describe),
      ...(unknown.length === 0
        ? []
        : [`warn: some health checks cannot be excluded: no matches for ${unknown.join(',')}`]),
      failed ? 'healthz check failed' : 'healthz check passed',
    ];
    return { status: failed ? 500 : 200, body: `${lines.join('\n')}\n` };
  }

  async #verdict(name: string, excluded: ReadonlySet<string>): Promise<Verdict> {
    if (excluded.has(name)) {
      return 'excluded';
    }
    return (await this.#run(name, this.#checks.get(name))) ? 'ok' : 'failed';
  }

  async #run(name: string, check: HealthCheck | undefined): Promise<boolean> {
    const bound = new AbortController();
    const { promise: overdue, reject } = Promise.withResolvers<never>();
    const timer = this.#clock.setTimer(checkTimeoutMs, () => {
      const error = managerErrors.CheckTimedOut(`check ${name} had no result after ${checkTimeoutMs / 1000} s`);
      bound.abort(error);
      reject(error);
    });
    try {
      await Promise.race([check?.(bound.signal), overdue]);
      this.#passed(name);
      return true;
    } catch (error) {
      this.#failed(name, error);
      return false;
    } finally {
      timer.cancel();
    }
  }

  #passed(name: string): void {
    if (this.#passes.get(name) === false) {
      this.#log.info('Health check passes', { check: name });
    }
    this.#passes.set(name, true);
  }

  /** Whatever starts is not ready at first: that is no warning. */
  #failed(name: string, error: unknown): void {
    const before = this.#passes.get(name);
    this.#passes.set(name, false);
    if (before === true) {
      this.#log.warn('Health check failed', { check: name, error });
    } else if (before === undefined) {
      this.#log.info('Health check does not pass yet', { check: name, reason: errorMessage(error) });
    }
  }
}

// The endpoint is open to everyone, so the reason of a failure goes to the log only.
function describe({ name, verdict }: { name: string; verdict: Verdict }): string {
  switch (verdict) {
    case 'ok':
      return `[+]${name} ok`;
    case 'excluded':
      return `[+]${name} excluded: ok`;
    case 'failed':
      return `[-]${name} failed: reason withheld`;
  }
}
