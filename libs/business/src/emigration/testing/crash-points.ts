import type { Client } from '@tke/kube-client';
import type { MemberClusters } from '@tke/member-cluster';
import type { KubeObject } from '@tke/meta';

import type { BusinessDependencies } from '../../dependencies.ts';

/** A write that has reached its server. */
export interface Written {
  readonly to: 'hub' | 'member';
  readonly verb: 'create' | 'patch' | 'delete';
  readonly kind: string;
  /** Of the object that the server answered. */
  readonly object: KubeObject | undefined;
}

/** Ends a manager right after a write of one of its controllers: the server has it, and the controller never hears so. */
export class CrashPoint {
  /** Of which the next is due; nothing happens without. */
  isDue: ((written: Written) => boolean) | undefined;
  #crash: () => void = () => undefined;

  /** Resolves when the manager has to be ended. */
  next(isDue: (written: Written) => boolean): Promise<void> {
    this.isDue = isDue;
    return new Promise((resolve) => {
      this.#crash = resolve;
    });
  }

  /** The same dependencies, whose writes may be the last. */
  around(deps: BusinessDependencies): BusinessDependencies {
    const get: MemberClusters['get'] = (name) => {
      const member = deps.members.get(name);
      const client = member && this.#client(member.client, 'member');
      return (
        member &&
        new Proxy(member, {
          get: (target, key) => (key === 'client' ? client : (Reflect.get(target, key, target) as unknown)),
        })
      );
    };
    return { ...deps, client: this.#client(deps.client, 'hub'), members: { get } as unknown as MemberClusters };
  }

  #client(client: Client, to: Written['to']): Client {
    const after =
      (verb: Written['verb']) =>
      async (...args: Parameters<Client['patch']>) => {
        const object = (await (client[verb] as Client['patch'])(...args)) as KubeObject | undefined;
        const options = args.at(-1) as { readonly signal?: AbortSignal };
        await this.#passOrCrash({ to, verb, kind: args[0].kind, object }, options.signal);
        return object;
      };
    const verbs = { create: after('create'), patch: after('patch'), delete: after('delete') };
    return new Proxy(client, {
      get: (target, name) => {
        const own = verbs[name as Written['verb']] as unknown;
        const value = own ?? (Reflect.get(target, name) as unknown);
        return typeof value === 'function' && own === undefined ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async #passOrCrash(written: Written, signal: AbortSignal | undefined): Promise<void> {
    if (this.isDue?.(written) !== true) {
      return;
    }
    this.isDue = undefined;
    this.#crash();
    await new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }
}
