import { namespaceCredential, type NamespaceCredential } from '@tke/api-business';
import { describeError } from '@tke/errors';
import { isNotFound } from '@tke/kube-client';
import { keyOf, type DeepReadonly, type Kind } from '@tke/meta';
import {
  saveFailure,
  saveOutcome,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
} from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { certificateAnswer, instant } from './certificate-way.ts';
import { credentialErrors } from './errors.ts';
import { credentialFieldManager, signingName } from './names.ts';
import { scopeOf, type Answer } from './scope.ts';
import { forget } from './signing.ts';

type Credential = DeepReadonly<NamespaceCredential>;
type Fields = DeepReadonly<NonNullable<NamespaceCredential['status']>>;

const kind: Kind<NamespaceCredential> = namespaceCredential;
const action = 'IssueCredential';
const defaultTtlSeconds = 3_600;

export interface CredentialLimits {
  /** How long one may wait, for its Namespace or for a cluster that does not answer. Default: an hour. */
  readonly pendingMs: number;
  /** How long a cluster that answers may take to sign. Default: a minute; kube-controller-manager takes a second. */
  readonly signingMs: number;
}

const defaultLimits: CredentialLimits = { pendingMs: 3_600_000, signingMs: 60_000 };

/** Answers each NamespaceCredential once: with a certificate, or with why there is none. What was answered goes after a while. */
export class CredentialReconciler implements Reconciler {
  readonly #deps: BusinessDependencies;
  readonly #limits: CredentialLimits;
  /** Since when a cluster was asked to sign, by the UID of the object. Lost with the process, which costs another such time. */
  readonly #askedAt = new Map<string, number>();

  constructor(dependencies: BusinessDependencies, limits: Partial<CredentialLimits> = {}) {
    this.#deps = { ...dependencies, fieldManager: credentialFieldManager };
    this.#limits = { ...defaultLimits, ...limits };
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const object = this.#deps.cache.get(kind, request);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
      return undefined;
    }
    const { finishedAt } = object.status ?? {};
    if (finishedAt !== undefined) {
      return this.#expire(object, Date.parse(finishedAt), signal);
    }
    try {
      return await this.#answer(object, signal);
    } catch (error) {
      if (describeError(error).class === 'NeedsUser' || this.#isOverdue(object)) {
        return this.#finish(object, { phase: 'Failed' }, { kind: 'stalled', error }, signal);
      }
      await saveFailure(this.#deps, { kind, object, error, action, signal });
      throw error;
    }
  }

  async #answer(object: Credential, signal: AbortSignal): Promise<Result | undefined> {
    const scope = scopeOf(object, this.#deps);
    const answer = 'kind' in scope ? scope : await certificateAnswer(scope, signal);
    if (answer.kind === 'issued') {
      const message = `A certificate for ${object.spec.username ?? ''}, until ${answer.fields.expiresAt ?? ''}`;
      return this.#finish(object, { ...answer.fields, phase: 'Issued' }, { kind: 'ready', message }, signal);
    }
    this.#checkPatience(object, answer);
    const { reason, message, afterMs } = answer;
    const outcome: Outcome = { kind: 'progressing', reason, message };
    await saveOutcome(this.#deps, { kind, object, fields: { phase: 'Pending' }, outcome, action, signal });
    return { requeueAfterMs: afterMs };
  }

  /** Throws when it was waited long enough. */
  #checkPatience(object: Credential, { reason, message }: Extract<Answer, { kind: 'waiting' }>): void {
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

  #isOverdue({ metadata }: Credential): boolean {
    return this.#deps.clock.now() - Date.parse(metadata.creationTimestamp ?? '') > this.#limits.pendingMs;
  }

  async #finish(object: Credential, fields: Fields, outcome: Outcome, signal: AbortSignal): Promise<Result> {
    const { uid = '' } = object.metadata;
    if (outcome.kind === 'stalled' && this.#askedAt.has(uid)) {
      // What cannot be taken back now, kube-controller-manager collects within a day.
      await this.#withdraw(object, signal).catch(() => undefined);
    }
    this.#askedAt.delete(uid);
    const finished = { ...fields, finishedAt: instant(this.#deps.clock.now()) };
    await saveOutcome(this.#deps, { kind, object, fields: finished, outcome, action, signal });
    return { requeueAfterMs: ttlMs(object) };
  }

  async #withdraw(object: Credential, signal: AbortSignal): Promise<void> {
    const scope = scopeOf(object, this.#deps);
    await ('kind' in scope ? undefined : forget(scope.member.client, signingName(object.metadata.uid ?? ''), signal));
  }

  async #expire(object: Credential, finishedAt: number, signal: AbortSignal): Promise<Result | undefined> {
    const { client, clock } = this.#deps;
    const leftMs = finishedAt + ttlMs(object) - clock.now();
    if (leftMs > 0) {
      return { requeueAfterMs: leftMs };
    }
    const { uid } = object.metadata;
    const preconditions = { ...(uid !== undefined && { uid }) };
    await client.delete(kind, keyOf(object), { preconditions, signal }).catch((error: unknown) => {
      if (!isNotFound(error)) {
        throw error;
      }
    });
    return undefined;
  }
}

function ttlMs({ spec }: Credential): number {
  return (spec.ttlSecondsAfterFinished ?? defaultTtlSeconds) * 1_000;
}
