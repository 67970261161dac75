import { memberLabels } from '@tke/api-business';
import type { MemberCluster, MemberClusters, MemberEvent } from '@tke/member-cluster';
import { coreKinds, keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import {
  jsonEqual,
  type CacheReader,
  type Enqueue,
  type EventHandler,
  type HandlerRegistration,
  type Source,
} from '@tke/runtime';

import type { OwnWrites } from '../objects/own-writes.ts';
import { claimantsIn, claimantsOf, type Claimant } from './claimants.ts';
import { limitRange, memberScope, resourceQuota } from './member-kinds.ts';

/** Of what is watched in members: only what belongs to a project, or says so. */
export const memberSelector = { labelSelector: memberLabels.project } as const;

export interface MemberSourceOptions {
  readonly members: MemberClusters;
  /** Of the hub, with the index of claims. */
  readonly cache: CacheReader;
  readonly recent: OwnWrites;
}

const behindFreshChanges = { priority: -100 } as const;

/**
 * The Namespaces that something in their member concerns: a namespace, quota or limit range of theirs, and whether it answers. Waits for
 * no member.
 */
export class MemberSource implements Source {
  readonly name = 'namespaces of members';
  readonly #options: MemberSourceOptions;
  /** What was last told about each member. */
  readonly #verdicts = new Map<string, string>();

  constructor(options: MemberSourceOptions) {
    this.#options = options;
  }

  start(enqueue: Enqueue, signal: AbortSignal): Promise<void> {
    const end = this.#options.members.onEvent((event) => this.#heard(event, enqueue, signal));
    signal.addEventListener('abort', end, { once: true });
    return Promise.resolve();
  }

  #heard({ type, member }: MemberEvent, enqueue: Enqueue, signal: AbortSignal): void {
    if (type === 'Left') {
      this.#verdicts.delete(member.name);
      this.#enqueueAll(member.name, enqueue);
      return;
    }
    if (type === 'Joined') {
      this.#follow(member, enqueue, AbortSignal.any([signal, member.signal]));
    }
    const { state } = member.health;
    // A single probe that is not answered says nothing yet.
    if ((state === 'Healthy' || state === 'Unhealthy') && this.#verdicts.get(member.name) !== state) {
      this.#verdicts.set(member.name, state);
      this.#enqueueAll(member.name, enqueue);
    }
  }

  #follow(member: MemberCluster, enqueue: Enqueue, signal: AbortSignal): void {
    const registrations = [
      this.#watch(member, coreKinds.namespace, ({ status }) => status?.phase, enqueue),
      this.#watch(member, resourceQuota, ({ spec, status }) => [spec, status?.used], enqueue),
      this.#watch(member, limitRange, ({ spec }) => spec, enqueue),
    ];
    signal.addEventListener('abort', () => registrations.forEach((each) => each.remove()), { once: true });
    // Nothing can be said of its namespaces before all is known.
    Promise.all(registrations.map((each) => each.waitForSync(signal))).then(
      () => this.#enqueueAll(member.name, enqueue),
      () => undefined,
    );
  }

  #watch<T extends KubeObject>(
    { cache, name }: MemberCluster,
    kind: Kind<T>,
    content: (object: DeepReadonly<T>) => unknown,
    enqueue: Enqueue,
  ): HandlerRegistration {
    const tell = (object: DeepReadonly<T>) => {
      const namespace = kind.namespaced ? object.metadata.namespace : object.metadata.name;
      claimantsOf(this.#options.cache, name, namespace ?? '').forEach((claimant) => enqueue(keyOf(claimant)));
    };
    const handler: EventHandler<T> = {
      onAdd: (object, initialList) => {
        if (!initialList) {
          tell(object);
        }
      },
      onUpdate: (before, after) => {
        if (!jsonEqual(told(before, content), told(after, content))) {
          tell(after);
        }
      },
      onDelete: (object) => {
        this.#options.recent.forget(keyOf(object), memberScope(name, kind));
        tell(object);
      },
    };
    return cache.informer(kind, memberSelector).addHandler(handler);
  }

  #enqueueAll(cluster: string, enqueue: Enqueue): void {
    const claimants: readonly Claimant[] = claimantsIn(this.#options.cache, cluster);
    claimants.forEach((claimant) => enqueue(keyOf(claimant), behindFreshChanges));
  }
}

/** What of an object matters, besides its own part. */
function told<T extends KubeObject>(object: DeepReadonly<T>, content: (object: DeepReadonly<T>) => unknown): unknown[] {
  const { uid, labels, deletionTimestamp } = object.metadata;
  return [uid, labels, deletionTimestamp, content(object)];
}
