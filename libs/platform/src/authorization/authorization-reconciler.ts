import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import { describeError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';
import {
  controllerFor,
  type CacheReader,
  type ControllerHost,
  type EventRecorder,
  type Predicate,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { MemberAuthorizations } from './member-authorizations.ts';

export interface AuthorizationDependencies {
  /** Of the hub: the Clusters. */
  readonly cache: CacheReader;
  readonly authorizations: Pick<MemberAuthorizations, 'keep'>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

const concurrency = 4;
// The Secrets are not watched: what somebody has done to one is put right after this time.
const lookAgainMs = 3_600_000;

/** Keeps the Secret with the authorization files of each cluster whose version is known. */
export class AuthorizationReconciler implements Reconciler {
  readonly #deps: AuthorizationDependencies;

  constructor(dependencies: AuthorizationDependencies) {
    this.#deps = dependencies;
  }

  async reconcile({ name }: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const { cache, authorizations, recorder, clock } = this.#deps;
    const cluster = cache.get<Cluster>(clusterKind, { name });
    const version = cluster && versionOf(cluster);
    if (cluster === undefined || version === undefined || cluster.metadata.deletionTimestamp !== undefined) {
      return undefined;
    }
    try {
      const { renewAt } = await authorizations.keep(cluster, version, signal);
      return { requeueAfterMs: Math.max(0, Math.min(lookAgainMs, renewAt - clock.now())) };
    } catch (error) {
      if (!signal.aborted) {
        const { code, message, remedy } = describeError(error);
        recorder.event(cluster, 'Warning', code, 'IssueAuthorization', `${message}. ${remedy}`);
      }
      throw error;
    }
  }
}

export function addAuthorizationController(host: ControllerHost, dependencies: AuthorizationDependencies): void {
  controllerFor(host, 'cluster-authorization')
    .for<Cluster>(clusterKind, { predicates: [versionChanged] })
    .withOptions({ concurrency })
    .complete(new AuthorizationReconciler(dependencies));
}

const versionChanged: Predicate<Cluster> = { update: (before, after) => versionOf(before) !== versionOf(after) };

/** The files depend on what the API server understands. Of a cluster that is built, that is known before it answers. */
function versionOf({ status }: DeepReadonly<Cluster>): string | undefined {
  return status?.builtVersion ?? status?.version;
}
