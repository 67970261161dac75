import { createHistogram, performance } from 'node:perf_hooks';

import { answerOf } from './answer.ts';
import type { Reply } from './connection.ts';
import type { LoadReport, LoadRequest } from './options.ts';

const maxExamples = 5;
const microsPerMs = 1000;

/** Counts what came of each request. */
export class Tally {
  readonly #startedAt = performance.now();
  readonly #loopAtStart = performance.eventLoopUtilization();
  readonly #latency = createHistogram();
  readonly #statuses = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #unanswered = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #examples: string[] = [];
  #answered = 0;
  #wrong = 0;
  #connects = 0;

  answered({ right, body }: LoadRequest, reply: Reply, latencyMs: number): void {
    const answer = answerOf(reply.status, reply.body);
    this.#answered += 1;
    this.#latency.record(Math.max(1, Math.round(latencyMs * microsPerMs)));
    count(this.#statuses, String(reply.status));
    count(this.#answers, answer);
    if (right?.includes(answer) === false) {
      this.#wrong += 1;
      if (this.#examples.length < maxExamples) {
        const asked = JSON.stringify(body).slice(0, 500);
        this.#examples.push(`${asked} -> ${answer}: ${reply.body.slice(-500)}`);
      }
    }
  }

  unanswered(code: string): void {
    count(this.#unanswered, code);
  }

  refused(code: string): void {
    count(this.#refused, code);
  }

  connected(): void {
    this.#connects += 1;
  }

  /** What happened since the tally was made. */
  report(): LoadReport {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const latency = this.#latency;
    const at = (percentile: number) => (this.#answered === 0 ? 0 : latency.percentile(percentile) / microsPerMs);
    return {
      seconds,
      answered: this.#answered,
      perSecond: this.#answered / seconds,
      statuses: Object.fromEntries(this.#statuses),
      answers: Object.fromEntries(this.#answers),
      wrong: this.#wrong,
      wrongExamples: this.#examples,
      unanswered: Object.fromEntries(this.#unanswered),
      refused: Object.fromEntries(this.#refused),
      connects: this.#connects,
      busy: performance.eventLoopUtilization(this.#loopAtStart).utilization,
      latencyMs: {
        mean: this.#answered === 0 ? 0 : latency.mean / microsPerMs,
        p50: at(50),
        p90: at(90),
        p99: at(99),
        p999: at(99.9),
        max: at(100),
      },
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
