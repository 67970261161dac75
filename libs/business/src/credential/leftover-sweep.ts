import { isForbidden } from '@tke/kube-client';
import type { MemberCluster } from '@tke/member-cluster';
import {
  hasFinalizer,
  type Enqueue,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
  type Source,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { clusterKind, credentialKind } from '../objects/kinds.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { listImpersonators, removeImpersonator, type FoundImpersonator } from './impersonator.ts';
import { credentialFinalizer } from './names.ts';

const dayMs = 86_400_000;

/**
 * Ends the tokens in a member whose NamespaceCredential is gone: those that were left behind while it was silent, or refused. Looks when a
 * member begins to answer, when something was left behind in it, and once a day. Requests name Clusters.
 */
export class LeftoverSweep implements Reconciler, Source {
  readonly name = 'leftovers of credentials';
  readonly #deps: BusinessDependencies;
  readonly #refusedMs: number;
  /** When members that answer are looked through next, on the monotonic clock. */
  readonly #dueAt = new Map<string, number>();
  #enqueue: Enqueue | undefined;

  /** @param refusedMs until a member that refused is asked again. */
  constructor(dependencies: BusinessDependencies, refusedMs: number) {
    this.#deps = dependencies;
    this.#refusedMs = refusedMs;
  }

  start(enqueue: Enqueue): Promise<void> {
    this.#enqueue = enqueue;
    return Promise.resolve();
  }

  /** Has a member looked through again. @param name of its Cluster. */
  leftBehind(name: string): void {
    this.#dueAt.delete(name);
    this.#enqueue?.({ name });
  }

  async reconcile({ name }: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const member = this.#deps.members.get(name);
    const clusterUID = this.#deps.cache.get(clusterKind, { name })?.metadata.uid;
    if (member?.health.state !== 'Healthy' || clusterUID === undefined) {
      this.#dueAt.delete(name);
      return undefined;
    }
    const leftMs = (this.#dueAt.get(name) ?? 0) - this.#deps.clock.monotonic();
    if (leftMs > 0) {
      return { requeueAfterMs: leftMs };
    }
    // First, as something may be left behind while it looks.
    const requeueAfterMs = this.#nextIn(name, dayMs);
    try {
      await this.#sweep(member, clusterUID, signal);
      return { requeueAfterMs };
    } catch (error) {
      if (isForbidden(error)) {
        return { requeueAfterMs: this.#nextIn(name, this.#refusedMs) };
      }
      this.#dueAt.delete(name);
      throw error;
    }
  }

  #nextIn(name: string, delayMs: number): number {
    this.#dueAt.set(name, this.#deps.clock.monotonic() + delayMs);
    return delayMs;
  }

  async #sweep({ client }: MemberCluster, clusterUID: string, signal: AbortSignal): Promise<void> {
    for (const found of await listImpersonators(client, clusterUID, signal)) {
      if (!(await this.#isWanted(found, signal))) {
        await removeImpersonator(client, found.uid, signal);
      }
    }
  }

  /** Asks the hub itself: what is not in the cache may have been made by a leader before us a moment ago. */
  async #isWanted({ uid, credential }: FoundImpersonator, signal: AbortSignal): Promise<boolean> {
    const { cache, client } = this.#deps;
    const cached = cache.get(credentialKind, credential)?.metadata;
    if (cached?.uid === uid && cached.deletionTimestamp === undefined) {
      return true;
    }
    const found = await client.get(credentialKind, credential, { signal }).catch(undefinedIfGone);
    if (found?.metadata.uid !== uid) {
      return false;
    }
    return found.metadata.deletionTimestamp === undefined || hasFinalizer(found, credentialFinalizer);
  }
}
