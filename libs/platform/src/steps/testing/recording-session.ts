import type { FileStat, HostFacts, RunResult } from '@tke/host';
import { Secret } from '@tke/host';
import type { Attempt, Waiting } from '@tke/plan';

import type { HostSession, JobRun, SessionRunOptions } from '../../hosts/host-session.ts';

export interface Ran {
  readonly argv: readonly string[];
  readonly stdin: string;
}

export interface Written {
  readonly content: string;
  readonly mode: number;
}

type Answer = Partial<Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>> & { readonly bytes?: Buffer };

/**
 * A host that takes down what is asked of it, and has the files that were written. What commands do on a host is for
 * tests on real ones; this is for which are given, and when.
 */
export class RecordingSession implements HostSession {
  readonly ip: string;
  readonly files = new Map<string, Written>();
  readonly ran: Ran[] = [];
  /** What a command answers; nothing and 0 by default. */
  answer: (argv: readonly string[]) => Answer = () => ({});
  /** What a job is at; ended by default. */
  jobState: (argv: readonly string[]) => Waiting | undefined = () => undefined;
  addresses: HostFacts['addresses'];

  constructor(ip: string) {
    this.ip = ip;
    this.addresses = [{ interface: 'eth0', address: ip, prefixLength: 24, family: ip.includes(':') ? 6 : 4 }];
  }

  /** The commands, each as one line. */
  get commands(): readonly string[] {
    return this.ran.map(({ argv }) => argv.join(' '));
  }

  put(path: string, content = '', mode = 0o644): this {
    this.files.set(path, { content, mode });
    return this;
  }

  facts(): Promise<HostFacts> {
    return Promise.resolve({ addresses: this.addresses } as HostFacts);
  }

  run(argv: readonly string[], { stdin }: SessionRunOptions = {}): Promise<RunResult> {
    this.#record(argv, stdin);
    if (argv[0] === 'rm') {
      this.files.delete(argv.at(-1) ?? '');
    }
    const { exitCode = 0, stdout = '', stderr = '', bytes = Buffer.from(stdout) } = this.answer(argv);
    return Promise.resolve({ exitCode, stdout, stderr, stdoutBytes: bytes, truncated: false });
  }

  script(script: string, args: readonly string[] = [], options: SessionRunOptions = {}): Promise<RunResult> {
    return this.run(['sh', '-c', script, 'sh', ...args], options);
  }

  stat(path: string): Promise<FileStat | undefined> {
    const found = this.files.get(path);
    return Promise.resolve(found && ({ kind: 'file', mode: found.mode, bytes: found.content.length } as FileStat));
  }

  read(path: string): Promise<Buffer | undefined> {
    const found = this.files.get(path);
    return Promise.resolve(found && Buffer.from(found.content));
  }

  write(path: string, content: string | Uint8Array | Secret, { mode }: { mode: number }) {
    const text = (content instanceof Secret ? content.reveal() : Buffer.from(content)).toString();
    const same = this.files.get(path)?.content === text;
    this.files.set(path, { content: text, mode });
    return Promise.resolve(same ? ('unchanged' as const) : ('written' as const));
  }

  upload(): never {
    throw new TypeError('nothing is uploaded here');
  }

  job(_attempt: Attempt, argv: readonly string[], { stdin }: JobRun): Promise<Waiting | { readonly output: string }> {
    this.#record(argv, stdin);
    return Promise.resolve(this.jobState(argv) ?? { output: '' });
  }

  #record(argv: readonly string[], stdin: SessionRunOptions['stdin']): void {
    const text = stdin instanceof Secret ? stdin.reveal().toString() : stdin instanceof Uint8Array ? '(bytes)' : '';
    this.ran.push({ argv, stdin: text });
  }
}
