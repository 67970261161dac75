import type { HostSession } from '../../hosts/host-session.ts';
import { markPath, renderMark, type HostMark } from '../../reset/host-mark.ts';

/** A host as far as machines see one: whose it is, what was done there, and how it refuses. */
export class ScriptedHost {
  readonly ip: string;
  /** What was done, one word each. */
  readonly done: string[] = [];
  /** Thrown when the host is to be opened. */
  down: Error | undefined;
  /** How often it is thrown; then the host is back. */
  downFor = Infinity;
  mark: HostMark | undefined;
  /** What happens elsewhere right before the host is reset. */
  beforeReset: () => Promise<unknown> = () => Promise.resolve();
  locked = false;

  constructor(ip: string) {
    this.ip = ip;
  }

  open(): Promise<HostSession> {
    if (this.down !== undefined && this.downFor > 0) {
      this.downFor -= 1;
      return Promise.reject(this.down);
    }
    this.locked = true;
    return Promise.resolve(this.#session());
  }

  release(): Promise<void> {
    if (this.down !== undefined && this.downFor > 0) {
      return Promise.reject(this.down);
    }
    this.locked = false;
    this.done.push('released');
    return Promise.resolve();
  }

  #session(): HostSession {
    const session: Partial<HostSession> = {
      ip: this.ip,
      read: (path) => Promise.resolve(path === markPath && this.mark ? Buffer.from(renderMark(this.mark)) : undefined),
      script: (_script, args = []) => {
        const [folder = ''] = args;
        if (folder.endsWith('/jobs')) {
          this.done.push('jobs ended');
        } else {
          this.done.push('left');
          this.mark = undefined;
        }
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', stdoutBytes: Buffer.alloc(0) } as never);
      },
      job: async () => {
        await this.beforeReset();
        this.done.push('reset');
        return { output: '' };
      },
    };
    return session as HostSession;
  }
}
