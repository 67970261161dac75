import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import type { ManagerFigures, ManagerMessage } from './manager.ts';

/** A manager in a process of its own. */
export class ManagerProcess {
  readonly #child: ChildProcess;
  /** Resolves when it leads. */
  readonly leading: Promise<unknown>;

  constructor(kubeconfig: string) {
    const program = join(import.meta.dirname, 'manager.ts');
    this.#child = fork(program, [kubeconfig], {
      execArgv: ['--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'],
    });
    this.leading = this.#next('leading');
  }

  async figures(): Promise<ManagerFigures> {
    const answer = this.#next('figures');
    this.#child.send('measure');
    const message = await answer;
    if (!('figures' in message)) {
      throw new Error('the manager answered something else');
    }
    return message.figures;
  }

  /** As a crash: the Lease is not given back. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  #next(kind: string): Promise<ManagerMessage> {
    return new Promise((resolve, reject) => {
      const listen = (message: ManagerMessage) => {
        if (kind in message) {
          this.#child.off('message', listen);
          resolve(message);
        }
      };
      this.#child.on('message', listen);
      this.#child.once('exit', (code) => reject(new Error(`the manager ended with ${code}`)));
    });
  }
}
