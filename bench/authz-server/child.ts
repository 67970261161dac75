// What both servers of the comparison share: they run in a process of their own and tell how it went.
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface ServerSetup {
  readonly protocol: 'http/1.1' | 'h2';
  readonly rules: number;
  /** Rules changed per second while the load runs. */
  readonly churn: number;
  readonly certPem: string;
  readonly keyPem: string;
  readonly clientCa: string;
}

export interface ServerFigures {
  readonly cpuMs: number;
  readonly longestPauseMs: number;
  readonly p99PauseMs: number;
  readonly rssMiB: number;
}

/** Serves by `serve`, which returns the port, and answers `measure` with figures since the `measure` before. */
export function runServer(serve: (setup: ServerSetup) => Promise<number>): void {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let cpu = process.cpuUsage();
  process.on('message', (message: ServerSetup | 'measure') => {
    if (message !== 'measure') {
      void serve(message).then((port) => {
        delay.enable();
        process.send!({ port });
      });
      return;
    }
    const { user, system } = process.cpuUsage(cpu);
    const figures: ServerFigures = {
      cpuMs: (user + system) / 1000,
      longestPauseMs: delay.max / 1e6,
      p99PauseMs: delay.percentile(99) / 1e6,
      rssMiB: process.memoryUsage().rss / 2 ** 20,
    };
    process.send!(figures);
    cpu = process.cpuUsage();
    delay.reset();
  });
  process.on('disconnect', () => process.exit());
}
