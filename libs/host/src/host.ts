import type { Clock } from '@tke/time';

import { errors } from './errors.ts';
import { runScript, type Run, type RunOptions, type RunResult } from './exec/run-options.ts';
import { runCommand, type RunTools } from './exec/run.ts';
import { factsScript } from './facts/facts-script.ts';
import type { HostFacts } from './facts/facts.ts';
import { parseFacts } from './facts/parse-facts.ts';
import { HostFiles } from './files/files.ts';
import { HostJobs } from './jobs/jobs.ts';
import { HostLock } from './lock/lock.ts';
import type { ConnectionPool } from './pool/connection-pool.ts';
import type { HostKey } from './ssh/host-key.ts';
import { targetName, type HostTarget } from './ssh/target.ts';

export interface HostOptions {
  /** Where the host keeps lock and jobs. Default /var/lib/tke: it survives a reboot. */
  readonly stateFolder?: string | undefined;
}

export type HostTools = RunTools & { readonly clock: Clock };

export interface FactsOptions extends Pick<RunOptions, 'sudo' | 'signal' | 'timeoutMs'> {
  /** Whose file systems to look at; they need not exist yet. Default /, /var/lib and /etc. */
  readonly paths?: readonly string[];
}

const factsBytes = 256 * 1024;

/** A Linux machine that is reached by SSH. Making one costs nothing: it connects when it is first asked for something. */
export class Host {
  /** `user@address:port` */
  readonly name: string;
  readonly files: HostFiles;
  readonly jobs: HostJobs;
  readonly lock: HostLock;
  readonly #pool: ConnectionPool;
  readonly #tools: HostTools;
  #target: HostTarget;

  constructor(pool: ConnectionPool, target: HostTarget, tools: HostTools, options: HostOptions = {}) {
    const { stateFolder = '/var/lib/tke' } = options;
    if (!/^\/[\w./-]+$/.test(stateFolder)) {
      throw new TypeError(`not a folder for state: ${stateFolder}`); // it is in the command lines of units
    }
    this.name = targetName(target);
    this.#pool = pool;
    this.#tools = tools;
    this.#target = pinningOnFirstUse(target, (pinned) => (this.#target = pinned));
    const run: Run = (argv, runOptions) => this.run(argv, runOptions);
    this.files = new HostFiles(run);
    this.jobs = new HostJobs(run, stateFolder, tools.clock);
    this.lock = new HostLock(run, stateFolder);
  }

  /**
   * Runs a command to its exit status, as root unless `sudo` is false. The words reach the command as they are. Waits
   * for its turn when there are many for this host; the time limit is for the command alone.
   */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { connection, release } = await this.#pool.lease(this.#target, options.signal);
    try {
      return await runCommand(connection, this.#tools, argv, options);
    } finally {
      release();
    }
  }

  /** Runs a script of the POSIX shell; `args` are its `$1`, `$2`, … */
  script(script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return runScript((argv, rest) => this.run(argv, rest), script, args, options);
  }

  /** The key by which the host has proved itself. Connects for it. */
  async hostKey(signal?: AbortSignal): Promise<HostKey> {
    const { connection, release } = await this.#pool.lease(this.#target, signal);
    release();
    return connection.hostKey;
  }

  /** What there is to know before anything is changed, in one round trip. */
  async facts({ paths = ['/', '/var/lib', '/etc'], ...options }: FactsOptions = {}): Promise<HostFacts> {
    const { connection, release } = await this.#pool.lease(this.#target, options.signal);
    try {
      const { clock } = this.#tools;
      const beganMs = clock.now();
      const argv = ['sh', '-c', factsScript, 'sh', ...paths];
      const { stdout } = await runCommand(connection, this.#tools, argv, { ...options, maxOutputBytes: factsBytes });
      const facts = parseFacts(stdout, { beganMs, endedMs: clock.now() });
      if (facts.machine === '' || facts.cpus === 0) {
        throw errors.HostUnsupported(`${this.name} does not look like Linux: it says "${stdout.slice(0, 200)}"`);
      }
      return facts;
    } finally {
      release();
    }
  }
}

/** After the first connection the key is pinned for this handle too, whatever the store remembers. */
function pinningOnFirstUse(target: HostTarget, pin: (pinned: HostTarget) => void): HostTarget {
  const { hostKeys } = target;
  if (hostKeys.kind === 'pinned') {
    return target;
  }
  const store = async (key: HostKey) => {
    await hostKeys.store(key);
    pin({ ...target, hostKeys: { kind: 'pinned', pins: [key] } });
  };
  return { ...target, hostKeys: { kind: 'trustOnFirstUse', store } };
}
