import { errorMessage } from '@tke/errors';
import { isForbidden } from '@tke/kube-client';
import type { MemberCluster } from '@tke/member-cluster';
import { removeFinalizer, saveOutcome, type Outcome, type Result } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { clusterKind, credentialKind, type CredentialObject } from '../objects/kinds.ts';
import { removeImpersonator } from './impersonator.ts';
import { credentialFinalizer, credentialNamespace, nameInMember } from './names.ts';

/** Why it is not gone. `isFinal`: it never will be. */
interface Obstacle {
  readonly message: string;
  readonly isFinal: boolean;
}

const action = 'RemoveToken';
const lookAgainMs = 15_000;

/**
 * Takes what a token rests on out of the member, with which the token is worth nothing. Ends in any case: what cannot be removed in time is
 * left behind, told by an event, and left to LeftoverSweep.
 */
export class TokenRemoval {
  readonly #deps: BusinessDependencies;
  readonly #giveUpAfterMs: number;
  readonly #leftBehind: (cluster: string) => void;

  constructor(dependencies: BusinessDependencies, giveUpAfterMs: number, leftBehind: (cluster: string) => void) {
    this.#deps = dependencies;
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#leftBehind = leftBehind;
  }

  /** Of an object that is being deleted and has the finalizer. */
  async advance(object: CredentialObject, signal: AbortSignal): Promise<Result | undefined> {
    const { client, clock } = this.#deps;
    const deadline = Date.parse(object.metadata.deletionTimestamp ?? '') + this.#giveUpAfterMs;
    const obstacle = await this.#clean(object, signal);
    const leftMs = deadline - clock.now();
    if (obstacle?.isFinal === false && leftMs > 0) {
      const until = new Date(deadline).toISOString();
      await this.#saveWaiting(object, `${obstacle.message}; given up at ${until}, and left behind then`, signal);
      return { requeueAfterMs: Math.min(lookAgainMs, leftMs) };
    }
    if (obstacle !== undefined) {
      this.#tell(object, obstacle);
    }
    await removeFinalizer(client, credentialKind, object, credentialFinalizer, { signal });
    if (obstacle?.isFinal === false) {
      this.#leftBehind(object.status?.clusterName ?? '');
    }
    return undefined;
  }

  async #clean({ metadata, status }: CredentialObject, signal: AbortSignal): Promise<Obstacle | undefined> {
    if (status?.clusterName === undefined) {
      return undefined;
    }
    const found = this.#find(status.clusterName, status.clusterUID);
    if ('isFinal' in found) {
      return found;
    }
    try {
      await removeImpersonator(found.client, metadata.uid ?? '', signal);
      return undefined;
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
      // Where none was ever given out for want of rights, there is nothing to wait for.
      if (isForbidden(error) && status.expiresAt === undefined) {
        return undefined;
      }
      const message = `cluster ${found.name} refuses, or does not answer: ${errorMessage(error)}`;
      return { message, isFinal: false };
    }
  }

  /** The member that the token is of. Another one may have the name of its Cluster by now. */
  #find(name: string, uid: string | undefined): MemberCluster | Obstacle {
    const { cache, members } = this.#deps;
    const cluster = cache.get(clusterKind, { name });
    if (cluster === undefined) {
      return { message: `there is no Cluster ${name} any more`, isFinal: true };
    }
    if (cluster.metadata.uid !== uid) {
      return { message: `Cluster ${name} was deleted since, and made anew`, isFinal: true };
    }
    const member = members.get(name);
    return member?.health.state === 'Healthy' ? member : { message: `cluster ${name} does not answer`, isFinal: false };
  }

  async #saveWaiting(object: CredentialObject, message: string, signal: AbortSignal): Promise<void> {
    const outcome: Outcome = { kind: 'progressing', reason: 'Terminating', message };
    const fields = { ...object.status, phase: 'Terminating' as const };
    await saveOutcome(this.#deps, { kind: credentialKind, object, fields, outcome, action, signal });
  }

  #tell(object: CredentialObject, { message, isFinal }: Obstacle): void {
    const { clusterName = '', expiresAt } = object.status ?? {};
    const name = nameInMember(object.metadata.uid ?? '');
    const account = `ServiceAccount ${credentialNamespace}/${name} of cluster ${clusterName}`;
    const lasts = expiresAt === undefined ? '' : ` Until ${expiresAt} its token lets ${object.spec.username ?? ''} in.`;
    const command = `kubectl delete clusterrolebinding,clusterrole,serviceaccount -n ${credentialNamespace} ${name}`;
    const next = isFinal ? '' : ' It is taken away when the cluster answers again.';
    const note = `${account} is left behind: ${message}.${lasts}${next} To do that by hand, run in the cluster: ${command}`;
    this.#deps.recorder.event(object, 'Warning', 'LeftBehind', action, note);
  }
}
