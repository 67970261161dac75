import type { CodedError } from '@tke/errors';
import { errorMessage } from '@tke/errors';

import { errors } from '../errors.ts';
import { hostKeyOf, matchesPin, type HostKey } from './host-key.ts';
import type { HostKeyPolicy } from './target.ts';

/** The check of one connection attempt, and what came of it. */
export class HostKeyCheck {
  readonly #policy: HostKeyPolicy;
  readonly #signal: AbortSignal;
  #key: HostKey | undefined;
  #failure: ((name: string) => CodedError) | undefined;

  constructor(policy: HostKeyPolicy, signal: AbortSignal) {
    this.#policy = policy;
    this.#signal = signal;
  }

  /** The accepted key. */
  get key(): HostKey | undefined {
    return this.#key;
  }

  /** Why the key was not accepted, for the host of that name. */
  get failure(): ((name: string) => CodedError) | undefined {
    return this.#failure;
  }

  /** Asked once the host has shown its key, before anything is sent that it could misuse. Also on re-keying. */
  verify(blob: Buffer, answer: (valid: boolean) => void): void {
    const key = hostKeyOf(blob);
    if (this.#key !== undefined) {
      answer(this.#key.fingerprint === key.fingerprint);
      return;
    }
    if (this.#policy.kind === 'pinned') {
      answer(this.#comparePins(key));
      return;
    }
    this.#policy.store(key).then(
      () => {
        this.#key = key;
        answer(!this.#signal.aborted);
      },
      (cause: unknown) => {
        this.#failure = (name) =>
          errors.HostUnreachable(`the host key of ${name} could not be stored: ${errorMessage(cause)}`, { cause });
        answer(false);
      },
    );
  }

  #comparePins(key: HostKey): boolean {
    const { pins } = this.#policy as Extract<HostKeyPolicy, { kind: 'pinned' }>;
    if (matchesPin(key, pins)) {
      this.#key = key;
      return true;
    }
    const pinned = pins.map(({ type = 'key', fingerprint }) => `${type} ${fingerprint}`).join(' or ');
    this.#failure = (name) =>
      errors.HostKeyChanged(`${name} shows ${key.type} ${key.fingerprint}, pinned is ${pinned || 'nothing'}`);
    return false;
  }
}
