import { Readable } from 'node:stream';

import type { SshChannel, SshConnection } from '../ssh/connection.ts';
import { Secret } from '../secret.ts';
import { BoundedOutput } from './bounded-output.ts';
import { Preamble } from './preamble.ts';
import type { RunOptions } from './run-options.ts';

export interface Ended {
  /** Undefined when a signal ended the command. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface RemoteCommandOptions {
  readonly nonce: string;
  readonly stdin: RunOptions['stdin'];
  readonly maxOutputBytes: number;
  /** Asked for when sudo wants a password; undefined ends the command. */
  readonly sudoPassword: () => Secret | undefined;
  /** The source of stdin broke: the command must not take what it got for all. */
  readonly onStdinError: (error: Error) => void;
}

/** One command on a channel, from its start to its exit status. */
export class RemoteCommand {
  readonly stdout: BoundedOutput;
  readonly stderr: BoundedOutput;
  readonly #channel: SshChannel;
  readonly #options: RemoteCommandOptions;
  readonly #preamble: Preamble;
  readonly #noise: Preamble;
  readonly #started = Promise.withResolvers<number>();
  readonly #ended = Promise.withResolvers<Ended>();
  #group: number | undefined;
  #sudoPrompts = 0;
  #isOwnOutput = false;

  constructor(channel: SshChannel, connection: SshConnection, options: RemoteCommandOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#preamble = new Preamble(options.nonce);
    this.#noise = new Preamble(options.nonce);
    this.stdout = new BoundedOutput(options.maxOutputBytes);
    this.stderr = new BoundedOutput(options.maxOutputBytes);
    this.#ended.promise.catch(() => undefined);
    channel.on('data', (chunk: Buffer) => this.#onStdout(chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#onStderr(chunk));
    this.#awaitEnd(channel, connection);
  }

  /** The process group on the host, once the command runs. */
  get group(): number | undefined {
    return this.#group;
  }

  /** Resolves when the command runs. Never, when it does not come to that. */
  get started(): Promise<number> {
    return this.#started.promise;
  }

  /** Resolves with the exit status. Rejects with ConnectionLost when none arrived. */
  get ended(): Promise<Ended> {
    return this.#ended.promise;
  }

  /** How often sudo asked for the password. */
  get sudoPrompts(): number {
    return this.#sudoPrompts;
  }

  /** What sudo or the login shell said before the command ran. */
  get preambleText(): string {
    return this.#preamble.text;
  }

  close(): void {
    this.#channel.close();
  }

  #onStdout(chunk: Buffer): void {
    if (this.#isOwnOutput) {
      this.stdout.append(chunk);
      return;
    }
    for (const event of this.#noise.feed(chunk)) {
      if (event.kind === 'started') {
        this.#isOwnOutput = true;
        this.stdout.append(event.rest);
      }
    }
  }

  #onStderr(chunk: Buffer): void {
    if (this.#group !== undefined) {
      this.stderr.append(chunk);
      return;
    }
    for (const event of this.#preamble.feed(chunk)) {
      if (event.kind === 'prompt') {
        this.#answerSudo();
      } else {
        this.#group = event.group;
        this.stderr.append(event.rest);
        this.#started.resolve(event.group);
        this.#sendStdin();
      }
    }
  }

  /** The password goes out only to a prompt, and once: whatever else reads standard input must not get it. */
  #answerSudo(): void {
    this.#sudoPrompts += 1;
    const password = this.#sudoPrompts === 1 ? this.#options.sudoPassword() : undefined;
    if (password === undefined) {
      this.#channel.end();
      return;
    }
    this.#channel.write(Buffer.concat([password.reveal(), Buffer.from('\n')]));
  }

  #sendStdin(): void {
    const { stdin } = this.#options;
    if (stdin instanceof Readable) {
      stdin.once('error', this.#options.onStdinError);
      stdin.pipe(this.#channel);
      return;
    }
    this.#channel.end(stdin instanceof Secret ? stdin.reveal() : stdin);
  }

  #awaitEnd(channel: SshChannel, connection: SshConnection): void {
    let exit: Ended | undefined;
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { exitCode: code ?? undefined, signal };
    });
    const closed = Promise.all([onClose(channel), onClose(channel.stderr)]);
    // ssh2 closes the channels of a connection that breaks; this is for the day it forgets one.
    const forget = connection.onClosed((lost) => exit ?? this.#ended.reject(lost));
    void closed.then(() => {
      forget();
      if (exit === undefined) {
        this.#ended.reject(connection.lost('a command had no exit status'));
      } else {
        this.#ended.resolve(exit);
      }
    });
    const release = () => this.#options.stdin instanceof Readable && this.#options.stdin.destroy();
    this.ended.then(release, release);
  }
}

function onClose(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}
