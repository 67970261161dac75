import { describeError } from '@tke/errors';
import { keyOf } from '@tke/meta';
import {
  hasFinalizer,
  saveFailure,
  saveOutcome,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { instant } from '../objects/instant.ts';
import { credentialKind, namespaceKind, type CredentialObject } from '../objects/kinds.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { certificateAnswer } from './certificate-way.ts';
import { credentialErrors } from './errors.ts';
import { credentialFieldManager, credentialFinalizer, nameInMember } from './names.ts';
import { scopeOf, type Answer, type CredentialScope } from './scope.ts';
import { checkNumber } from './live-credentials.ts';
import { removeRequest } from './signing.ts';
import { TokenRemoval } from './token-removal.ts';
import { tokenAnswer } from './token-way.ts';

type Fields = NonNullable<CredentialObject['status']>;

const action = 'IssueCredential';
const defaultTtlSeconds = 3_600;
const dayMs = 86_400_000;
/** For a member whose clock is behind: what it says may have ended before it began. */
const shortestMs = 1_000;

export interface CredentialLimits {
  /** How long one may wait, for its Namespace or for a cluster that does not answer. Default: an hour. */
  readonly pendingMs: number;
  /** How long a cluster that answers may take to sign. Default: a minute; kube-controller-manager takes a second. */
  readonly signingMs: number;
  /** How long a deletion waits for a cluster. Default: ten minutes. */
  readonly giveUpAfterMs: number;
  /** Until a cluster that refused is looked through again for what was left behind in it. Default: ten minutes. */
  readonly refusedMs: number;
}

export const defaultLimits: CredentialLimits = {
  ...{ pendingMs: 3_600_000, signingMs: 60_000 },
  ...{ giveUpAfterMs: 600_000, refusedMs: 600_000 },
};

/** Answers each NamespaceCredential once: with a certificate or a token, or with why there is none. What was answered goes after a while. */
export class CredentialReconciler implements Reconciler {
  readonly #deps: BusinessDependencies;
  readonly #limits: CredentialLimits;
  readonly #removal: TokenRemoval;
  /** Since when a cluster was asked to sign, by the UID of the object. Lost with the process, which costs another such time. */
  readonly #askedAt = new Map<string, number>();

  /** @param leftBehind is told the name of a Cluster in which a deletion left something. */
  constructor(dependencies: BusinessDependencies, limits: CredentialLimits, leftBehind: (cluster: string) => void) {
    this.#deps = { ...dependencies, fieldManager: credentialFieldManager };
    this.#limits = limits;
    this.#removal = new TokenRemoval(this.#deps, limits.giveUpAfterMs, leftBehind);
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const object = this.#deps.cache.get(credentialKind, request);
    if (object === undefined) {
      return undefined;
    }
    if (object.metadata.deletionTimestamp !== undefined) {
      return hasFinalizer(object, credentialFinalizer) ? this.#removal.advance(object, signal) : undefined;
    }
    const { finishedAt } = object.status ?? {};
    if (finishedAt !== undefined) {
      return this.#keep(object, signal);
    }
    try {
      return await this.#answer(object, signal);
    } catch (error) {
      if (describeError(error).class === 'NeedsUser' || this.#isOverdue(object)) {
        return this.#finish(object, { ...kept(object), phase: 'Failed' }, { kind: 'stalled', error }, signal);
      }
      await saveFailure(this.#deps, { kind: credentialKind, object, error, action, signal });
      throw error;
    }
  }

  async #answer(object: CredentialObject, signal: AbortSignal): Promise<Result | undefined> {
    checkNumber(object, this.#deps.cache);
    const scope = scopeOf(object, this.#deps);
    const answer = 'kind' in scope ? scope : await this.#ask(scope, signal);
    if (answer.kind === 'issued') {
      return this.#finish(object, { ...answer.fields, phase: 'Issued' }, issued(object, answer.fields), signal);
    }
    this.#checkPatience(object, answer);
    const { reason, message, afterMs } = answer;
    const outcome: Outcome = { kind: 'progressing', reason, message };
    const fields = { ...kept(object), phase: 'Pending' as const };
    await saveOutcome(this.#deps, { kind: credentialKind, object, fields, outcome, action, signal });
    return { requeueAfterMs: afterMs };
  }

  #ask(scope: CredentialScope, signal: AbortSignal): Promise<Answer> {
    return scope.credential.spec.type === 'Token'
      ? tokenAnswer(scope, this.#deps, signal)
      : certificateAnswer(scope, signal);
  }

  /** Throws when it was waited long enough. */
  #checkPatience(object: CredentialObject, { reason, message }: Extract<Answer, { kind: 'waiting' }>): void {
    const { uid = '' } = object.metadata;
    const now = this.#deps.clock.monotonic();
    const isSigning = reason === 'WaitingForSigner';
    const askedAt = this.#askedAt.get(uid) ?? now;
    if (isSigning) {
      this.#askedAt.set(uid, askedAt);
    }
    if (isSigning && now - askedAt > this.#limits.signingMs) {
      throw credentialErrors.CertificateNotSigned(
        `the cluster has not signed within ${this.#limits.signingMs / 1_000} s`,
      );
    }
    if (!isSigning && this.#isOverdue(object)) {
      throw credentialErrors.NamespaceNotAvailable(
        `${message}, in vain for ${this.#limits.pendingMs / 60_000} minutes`,
      );
    }
  }

  #isOverdue({ metadata }: CredentialObject): boolean {
    return this.#deps.clock.now() - Date.parse(metadata.creationTimestamp ?? '') > this.#limits.pendingMs;
  }

  async #finish(object: CredentialObject, fields: Fields, outcome: Outcome, signal: AbortSignal): Promise<Result> {
    const { uid = '' } = object.metadata;
    if (outcome.kind === 'stalled' && this.#askedAt.has(uid)) {
      // What cannot be taken back now, kube-controller-manager collects within a day.
      await this.#withdraw(object, signal).catch(() => undefined);
    }
    this.#askedAt.delete(uid);
    const finished = { ...fields, finishedAt: instant(this.#deps.clock.now()) };
    await saveOutcome(this.#deps, { kind: credentialKind, object, fields: finished, outcome, action, signal });
    return this.#lookAgain(object, finished);
  }

  /** Namespaces move and end, and leave behind what was issued for them. */
  async #tellWorth(object: CredentialObject, status: Fields, signal: AbortSignal): Promise<void> {
    if (status.phase !== 'Issued') {
      return;
    }
    const { namespace = '' } = object.metadata;
    const isThere = this.#deps.cache.get(namespaceKind, { namespace, name: object.spec.namespace }) !== undefined;
    const outcome = isThere ? issued(object, status) : outlived(object);
    await saveOutcome(this.#deps, { kind: credentialKind, object, fields: status, outcome, action, signal });
  }

  /** When it goes, once a day until then: timers do not last for months. */
  #lookAgain(object: CredentialObject, status: Fields): Result {
    const leftMs = goesAt(object, status) - this.#deps.clock.now();
    return { requeueAfterMs: Math.min(dayMs, Math.max(shortestMs, leftMs)) };
  }

  async #withdraw(object: CredentialObject, signal: AbortSignal): Promise<void> {
    const scope = scopeOf(object, this.#deps);
    await ('kind' in scope
      ? undefined
      : removeRequest(scope.member.client, nameInMember(object.metadata.uid ?? ''), signal));
  }

  async #keep(object: CredentialObject, signal: AbortSignal): Promise<Result | undefined> {
    const { client, clock } = this.#deps;
    const { status = {} } = object;
    if (goesAt(object, status) > clock.now()) {
      await this.#tellWorth(object, status, signal);
      return this.#lookAgain(object, status);
    }
    const { uid } = object.metadata;
    const preconditions = { ...(uid !== undefined && { uid }) };
    await client.delete(credentialKind, keyOf(object), { preconditions, signal }).catch(undefinedIfGone);
    return undefined;
  }
}

/** What a credential that was issued says of itself. */
function issued({ spec }: CredentialObject, { expiresAt = '' }: Fields): Outcome {
  const { type = 'Certificate', username = '' } = spec;
  return { kind: 'ready', message: `A ${type.toLowerCase()} for ${username}, until ${expiresAt}` };
}

function outlived({ metadata, spec }: CredentialObject): Outcome {
  const message = `project ${metadata.namespace ?? ''} has no Namespace ${spec.namespace} any more`;
  return { kind: 'stalled', error: credentialErrors.NamespaceGone(message) };
}

/** When it is deleted, in milliseconds since the epoch. A token ends with its object, so that this stays as long as it holds. */
function goesAt({ spec }: CredentialObject, { finishedAt = '', expiresAt }: Fields): number {
  const lastsUntil = spec.type === 'Token' && expiresAt !== undefined ? expiresAt : finishedAt;
  return Date.parse(lastsUntil) + (spec.ttlSecondsAfterFinished ?? defaultTtlSeconds) * 1_000;
}

/** What must not be forgotten, however it ends. */
function kept({ status }: CredentialObject): Fields {
  const { clusterName, clusterUID } = status ?? {};
  return { ...(clusterName !== undefined && { clusterName }), ...(clusterUID !== undefined && { clusterUID }) };
}
