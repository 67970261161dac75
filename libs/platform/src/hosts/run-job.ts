import {
  CommandError,
  commandLine,
  failureCode,
  Redactor,
  Secret,
  type Host,
  type JobState,
  type LockGuard,
} from '@tke/host';
import type { Attempt, Waiting } from '@tke/plan';

import { platformErrors } from '../errors.ts';
import type { JobRun } from './host-session.ts';

export interface JobTools {
  readonly host: Host;
  readonly ip: string;
  readonly guard: LockGuard;
  /** What no message may show. */
  readonly secrets: readonly Secret[];
  /** Of the pass, or of one attempt in it. */
  readonly signal: AbortSignal;
}

/** How long a pass waits for a job before it lets others have their turn. */
const patienceMs = 10_000;
const pollMs = 300;
/** A host that reboots for ever must end in a failure that people see. */
const mostStarts = 3;
const keptOutput = 64 * 1024;
const tailLines = 20;
const tailLength = 2000;
const shownCommand = 200;

/** Starts or adopts the job of the attempt, and waits a little for its end. See `HostSession.job`. */
export async function runJob(
  tools: JobTools,
  attempt: Attempt,
  argv: readonly string[],
  run: JobRun,
): Promise<Waiting | { readonly output: string }> {
  const { host, guard, signal: pass } = tools;
  const signal = AbortSignal.any([pass, attempt.signal]);
  const { limitMs, env, stdin } = run;
  const until = attempt.clock.monotonic() + patienceMs;
  for (let starts = 0; starts < mostStarts; starts++) {
    await host.jobs.start(attempt.id, argv, { limitMs, env, stdin, guard, signal });
    const end = await endOf(tools, attempt, until, signal);
    if (end === undefined) {
      return { message: `${program(argv)} is at work on ${tools.ip}`, job: attempt.id };
    }
    if (end.state.state === 'exited') {
      return judged(tools, argv, run, { state: end.state, output: end.output });
    }
  }
  throw platformErrors.JobVanished(
    `${program(argv)} on ${tools.ip} was started ${mostStarts} times and vanished each time`,
  );
}

interface Ended<State extends JobState = Exclude<JobState, { state: 'running' }>> {
  readonly state: State;
  readonly output: string;
}

/** Undefined when it still runs at `until`. */
async function endOf(
  { host, guard }: JobTools,
  { id, clock }: Attempt,
  until: number,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  let output = '';
  for (let offset = 0; ;) {
    const polled = await host.jobs.poll(id, { offset, guard, signal });
    if (polled === undefined) {
      return { state: { state: 'vanished' }, output };
    }
    const more = polled.nextOffset > offset;
    offset = polled.nextOffset;
    output = (output + polled.output).slice(-keptOutput);
    if (polled.state.state !== 'running' && !more) {
      return { state: polled.state, output };
    }
    // Also of one that has news each time it is asked: it may print for as long as it runs.
    if (polled.state.state === 'running' && clock.monotonic() >= until) {
      return undefined;
    }
    if (!more) {
      await clock.sleep(pollMs, signal);
    }
  }
}

function judged(
  { ip, secrets }: JobTools,
  argv: readonly string[],
  { exitCodes = [0], limitMs, stdin }: JobRun,
  { state, output }: Ended<Extract<JobState, { state: 'exited' }>>,
): { readonly output: string } {
  if (!state.timedOut && !state.cancelled && exitCodes.includes(state.exitCode)) {
    return { output };
  }
  const redactor = new Redactor([...secrets, ...(stdin instanceof Secret ? [stdin] : [])]);
  const tail = redactor.redact(output).trim().split('\n').slice(-tailLines).join('\n').slice(-tailLength);
  const command = redactor.redact(shown(argv));
  if (state.timedOut) {
    const printed = tail === '' ? 'it printed nothing' : `its last lines: ${tail}`;
    throw platformErrors.JobTimedOut(`${command} on ${ip} did not end within ${limitMs / 1000} s; ${printed}`);
  }
  if (state.cancelled) {
    throw platformErrors.JobCancelled(`${command} on ${ip} was ended by somebody`);
  }
  throw new CommandError(failureCode(output), { command, exitCode: state.exitCode, signal: undefined, tail });
}

/** `kubeadm`, of `/usr/local/bin/kubeadm init …` */
function program(argv: readonly string[]): string {
  return (argv[0] ?? '').split('/').at(-1) ?? '';
}

function shown(argv: readonly string[]): string {
  const line = commandLine(argv.map((word) => (word.includes('\n') ? '…' : word)));
  return line.length > shownCommand ? `${line.slice(0, shownCommand)}…` : line;
}
