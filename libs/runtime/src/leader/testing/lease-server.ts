import { KubeApiError, type CallOptions, type WriteOptions } from '@tke/kube-client';
import type { Kind, KubeObject, Lease, ObjectKey } from '@tke/meta';

import type { LeaseClient } from '../lease-lock.ts';

type Verb = 'get' | 'create' | 'update';

/** What a fault does to one request: refuse it, leave it without an answer, or carry it out and lose the answer. */
export type Fault = 'refuse' | 'hang' | 'lose answer' | undefined;

/** One Lease with the optimistic locking of a real server, and faults where a test wants them. */
export class LeaseServer implements LeaseClient {
  readonly requests: Verb[] = [];
  lease: Lease | undefined;
  fault: (verb: Verb) => Fault = () => undefined;
  #version = 0;

  /** What anybody but the code under test writes. */
  put(spec: Lease['spec'] | undefined): void {
    const metadata = { namespace: 'kube-system', name: 'lock', resourceVersion: String(++this.#version) };
    this.lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata,
      ...(spec === undefined ? {} : { spec }),
    };
  }

  get<T extends KubeObject>(_kind: Kind<T>, _key: ObjectKey, options?: CallOptions): Promise<T> {
    return this.#serve('get', options, () => this.#current() as unknown as T);
  }

  create<T extends KubeObject>(_kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#serve('create', options, () => {
      if (this.lease !== undefined) {
        throw refusal(409, 'AlreadyExists');
      }
      this.put((object as unknown as Lease).spec);
      return this.lease as unknown as T;
    });
  }

  update<T extends KubeObject>(_kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#serve('update', options, () => {
      if (this.#current().metadata.resourceVersion !== object.metadata.resourceVersion) {
        throw refusal(409, 'Conflict');
      }
      this.put((object as unknown as Lease).spec);
      return this.lease as unknown as T;
    });
  }

  #current(): Lease {
    if (this.lease === undefined) {
      throw refusal(404, 'NotFound');
    }
    return this.lease;
  }

  async #serve<T>(verb: Verb, options: CallOptions | undefined, act: () => T): Promise<T> {
    await Promise.resolve();
    options?.signal?.throwIfAborted();
    this.requests.push(verb);
    switch (this.fault(verb)) {
      case 'refuse':
        throw refusal(500, 'InternalError');
      case 'hang':
        return new Promise(() => undefined);
      case 'lose answer':
        act();
        return new Promise(() => undefined);
      case undefined:
        return act();
    }
  }
}

function refusal(httpStatus: number, reason: string): KubeApiError {
  return new KubeApiError({ method: 'GET', path: '/leases/lock' }, httpStatus, {
    code: httpStatus,
    reason,
    message: reason,
  });
}
