import { exponentialDelay, type Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { logTail } from './log-tail.ts';
import type { ExitStatus, RunningProcess } from './running-process.ts';

export interface ReadinessOptions {
  /** Resolves true when the process serves; a rejection counts as not yet. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const probeBackoff = { baseMs: 20, capMs: 250 } as const;

/** Waits until the probe says so. Rejects with the last log lines when the process ends or the time is over. */
export async function untilReady(process: RunningProcess, options: ReadinessOptions): Promise<void> {
  const { clock, timeoutMs } = options;
  const over = new AbortController();
  const timer = clock.setTimer(timeoutMs, () => over.abort('timeout'));
  const signal = AbortSignal.any([over.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  let exit: ExitStatus | undefined;
  process.untilExit(signal).then(
    (status) => {
      exit = status;
      over.abort('exited');
    },
    () => undefined,
  );
  try {
    for (let attempt = 0; !(await answers(options.probe, signal)); attempt += 1) {
      await clock.sleep(exponentialDelay(attempt, probeBackoff), signal);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw over.signal.aborted ? await failure(process, exit, timeoutMs) : error;
  } finally {
    timer.cancel();
    over.abort('ready');
  }
}

async function answers(probe: ReadinessOptions['probe'], signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  try {
    return await probe(signal);
  } catch {
    return false;
  }
}

async function failure(process: RunningProcess, exit: ExitStatus | undefined, timeoutMs: number): Promise<Error> {
  const log = `the last lines of ${process.logFile}:\n${await logTail(process.logFile)}`;
  if (exit === undefined) {
    return errors.ProcessNotReady(`${process.name} was not ready within ${timeoutMs / 1000} s; ${log}`);
  }
  const { code, signal } = exit;
  return errors.ProcessExited(`${process.name} ended with ${signal ?? `exit code ${code ?? 'unknown'}`}; ${log}`);
}

export interface StopOptions {
  /** How long the process may take to end by itself after SIGTERM, before SIGKILL. 0 kills at once. */
  readonly graceMs: number;
  readonly clock: Clock;
}

/** Ends a process and waits until it is gone, stopped (SIGSTOP) ones too. */
export async function stopProcess(process: RunningProcess, { graceMs, clock }: StopOptions): Promise<void> {
  if (graceMs === 0) {
    process.kill('SIGKILL');
    await process.untilExit();
    return;
  }
  process.kill('SIGTERM');
  process.kill('SIGCONT');
  const killing = clock.setTimer(graceMs, () => process.kill('SIGKILL'));
  await process.untilExit();
  killing.cancel();
}
