import { FakeClock } from '@tke/time';

import { RecordingLogger } from '@tke/log/testing';
import { RuntimeMetrics } from '../../metrics/runtime-metrics.ts';
import { metricValue } from '../../metrics/testing/metric-value.ts';
import { LeaderElector, type FencingToken, type LeaderElectorSetup } from '../leader-elector.ts';
import { LeaseServer } from './lease-server.ts';

export interface Candidate {
  readonly elector: LeaderElector;
  readonly logger: RecordingLogger;
  readonly stop: AbortController;
  readonly terms: FencingToken[];
  /** `waiting`, `leading`, `ended` or the error that `run` rejected with. */
  outcome: unknown;
  ended: Promise<void>;
}

/** Candidates for one Lease, on one clock. */
export function setUp() {
  const clock = new FakeClock();
  const server = new LeaseServer();
  const metrics = new RuntimeMetrics({ processDefaults: false });
  const leaderMetrics = metrics.leaderElection('lock');

  const run = (identity: string, options: Partial<LeaderElectorSetup> = {}): Candidate => {
    const logger = new RecordingLogger();
    const setup = { client: server, namespace: 'kube-system', name: 'lock', identity, logger, clock, random: () => 0 };
    const elector = new LeaderElector({ ...setup, metrics: leaderMetrics, ...options });
    const stop = new AbortController();
    const candidate: Candidate = { elector, logger, stop, terms: [], outcome: 'waiting', ended: Promise.resolve() };
    const onElected = (term: FencingToken) => {
      candidate.terms.push(term);
      candidate.outcome = 'leading';
    };
    candidate.ended = elector.run(stop.signal, onElected).then(
      () => void (candidate.outcome = 'ended'),
      (error: unknown) => void (candidate.outcome = error),
    );
    return candidate;
  };
  const metric = (name: string) => metricValue(metrics, name, { name: 'lock' });
  return { clock, server, run, metric };
}

/** Lets time pass without any timer firing, as SIGSTOP does. */
export function freeze(clock: FakeClock, durationMs: number): void {
  const frozenAt = clock.monotonic();
  clock.monotonic = () => frozenAt + durationMs;
}
