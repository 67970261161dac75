import { createHash } from 'node:crypto';

import { abortable, type Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { runScript, type Run, type RunOptions, type RunResult } from '../exec/run-options.ts';
import { displayed } from '../shell/quote.ts';
import { parseJobState, type JobState } from './job-state.ts';
import {
  absent,
  cancelScript,
  differs,
  jobFile,
  notStarted,
  pollScript,
  removeScript,
  startScript,
} from './scripts.ts';

export type JobOptions = Pick<RunOptions, 'sudo' | 'guard' | 'signal'>;

export interface StartJobOptions extends JobOptions {
  /** The host ends the job then, whether anybody is there or not. */
  readonly limitMs: number;
  /** Kept in a file of root's until the job has opened it. */
  readonly stdin?: string | Uint8Array | RunOptions['stdin'];
  /** Seen by every user of the host: nothing secret. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface StartedJob {
  /** `again`: it had been started, and the host rebooted before it ended. */
  readonly how: 'new' | 'adopted' | 'again';
  readonly state: JobState;
}

export interface PollOptions extends JobOptions {
  /** Bytes of the output to leave out, the `nextOffset` of the last poll. Default 0. */
  readonly offset?: number | undefined;
  /** Default 64 KiB. */
  readonly maxBytes?: number | undefined;
}

export interface PolledJob {
  readonly state: JobState;
  /** Standard output and error as they came. Not redacted. */
  readonly output: string;
  readonly nextOffset: number;
}

export interface JobEnd {
  readonly state: Exclude<JobState, { state: 'running' }>;
  readonly nextOffset: number;
}

const startTimeoutMs = 90_000;
const defaultPollBytes = 64 * 1024;
const defaultIntervalMs = 2000;

/**
 * Commands that outlive the connection and the process that started them. A job is known by its id alone: who asks for
 * a job that is there gets that one, be it another process or another leader.
 */
export class HostJobs {
  readonly #run: Run;
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(run: Run, stateFolder: string, clock: Clock) {
    this.#run = run;
    this.#folder = `${stateFolder}/jobs`;
    this.#clock = clock;
  }

  /**
   * Starts the command, or adopts the job of that id, whether it runs or has ended. Rejects with JobDiffers when the id
   * belongs to another command.
   */
  async start(id: string, argv: readonly string[], options: StartJobOptions): Promise<StartedJob> {
    const { limitMs, env = {}, ...rest } = options;
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const command = settings.length === 0 ? argv : ['env', ...settings, ...argv];
    const digest = createHash('sha256').update(command.join('\0')).digest('hex');
    const args = [this.#folder, jobId(id), digest, jobFile(command, Math.ceil(limitMs / 1000))];
    const exitCodes = [0, differs, notStarted];
    const result = await runScript(this.#run, startScript, args, { ...rest, timeoutMs: startTimeoutMs, exitCodes });
    if (result.exitCode === differs) {
      throw errors.JobDiffers(`job ${id} runs another command than ${displayed(argv)}`);
    }
    if (result.exitCode === notStarted) {
      throw errors.JobNotStarted(`job ${id} (unit tke-${id}): ${result.stderr.trim().slice(-1000)}`);
    }
    const [how = '', state = ''] = result.stdout.split('\n');
    return { how: how as StartedJob['how'], state: parseJobState(state) };
  }

  /** Undefined when there is no such job. */
  async poll(id: string, options: PollOptions = {}): Promise<PolledJob | undefined> {
    const { offset = 0, maxBytes = defaultPollBytes, ...rest } = options;
    const args = [this.#path(id), String(offset), String(maxBytes)];
    const exitCodes = [0, absent];
    const result = await runScript(this.#run, pollScript, args, {
      ...rest,
      maxOutputBytes: maxBytes + 1024,
      exitCodes,
    });
    return result.exitCode === absent ? undefined : polled(result, offset);
  }

  /**
   * Polls until the job has ended. Rejects when the host cannot be asked: that says nothing of the job, which is asked
   * for again by its id. Undefined when there is no such job.
   */
  async end(
    id: string,
    options: PollOptions & { readonly intervalMs?: number; readonly onOutput?: (text: string) => void } = {},
  ): Promise<JobEnd | undefined> {
    const { intervalMs = defaultIntervalMs, onOutput, signal } = options;
    for (let offset = options.offset ?? 0; ;) {
      const found = await this.poll(id, { ...options, offset });
      if (found === undefined) {
        return undefined;
      }
      if (found.output !== '') {
        onOutput?.(found.output);
      }
      const more = found.nextOffset > offset;
      offset = found.nextOffset;
      if (found.state.state !== 'running' && !more) {
        return { state: found.state, nextOffset: offset };
      }
      await (more ? undefined : abortable(this.#clock.sleep(intervalMs, signal), signal));
    }
  }

  /** Ends a job with all it has started. Does nothing to one that has ended or never was. */
  async cancel(id: string, options: JobOptions = {}): Promise<void> {
    await runScript(this.#run, cancelScript, [this.#path(id), jobId(id)], options);
  }

  /** Forgets a job that has ended, with its output. Rejects with JobDiffers while it runs. */
  async remove(id: string, options: JobOptions = {}): Promise<void> {
    const { exitCode } = await runScript(this.#run, removeScript, [this.#path(id)], {
      ...options,
      exitCodes: [0, differs],
    });
    if (exitCode === differs) {
      throw errors.JobDiffers(`job ${id} still runs`);
    }
  }

  #path(id: string): string {
    return `${this.#folder}/${jobId(id)}`;
  }
}

/** A part of a unit's name and of a path. */
function jobId(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id)) {
    throw new TypeError(`not the id of a job: ${id}`);
  }
  return id;
}

function polled({ stdoutBytes }: RunResult, offset: number): PolledJob {
  const at = stdoutBytes.indexOf(10);
  const output = stdoutBytes.subarray(at + 1);
  return {
    state: parseJobState(stdoutBytes.toString('latin1', 0, at)),
    output: output.toString('utf8'),
    nextOffset: offset + output.length,
  };
}
