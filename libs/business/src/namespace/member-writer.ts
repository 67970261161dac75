import type { HardList } from '@tke/api-business';
import { isAlreadyExists, type Client } from '@tke/kube-client';
import type { MemberCluster } from '@tke/member-cluster';
import { coreKinds, keyOf, type DeepReadonly, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';
import { applyObject } from '@tke/runtime';

import type { OwnWrites } from '../objects/own-writes.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import type { Claimant } from './claimants.ts';
import { namespaceErrors } from './errors.ts';
import { isSameHard } from './in-force.ts';
import { limitRange, memberScope, resourceQuota, type LimitRange, type ResourceQuota } from './member-kinds.ts';
import { belongsTo, labelsFor } from './member-labels.ts';
import { limitsInForce, limitRangeItems } from './limit-range.ts';
import { namespaceFieldManager as fieldManager } from './names.ts';
import type { MemberNamespace } from './ownership.ts';
import { quotaHard } from './quota-names.ts';

type Quota = DeepReadonly<ResourceQuota>;

/** What one Namespace has in its member: looks into the cache, and writes what is not as it has to be. */
export class MemberWriter {
  readonly #member: MemberCluster;
  readonly #claimant: Claimant;
  readonly #recent: OwnWrites;
  readonly #signal: AbortSignal;

  constructor(member: MemberCluster, claimant: Claimant, recent: OwnWrites, signal: AbortSignal) {
    this.#member = member;
    this.#claimant = claimant;
    this.#recent = recent;
    this.#signal = signal;
  }

  /** The namespace as far as it carries a label of a project; one that carries none is not watched. */
  get namespace(): MemberNamespace | undefined {
    return this.#newest(coreKinds.namespace, { name: this.#claimant.spec.namespace });
  }

  get quota(): Quota | undefined {
    return this.#newest(resourceQuota, this.#key);
  }

  get #limits(): DeepReadonly<LimitRange> | undefined {
    return this.#newest(limitRange, this.#key);
  }

  /** Makes the namespace; where there is one already, resolves with that as it is. */
  async create(): Promise<MemberNamespace> {
    const { namespace: name } = this.#claimant.spec;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: this.#labels } };
    try {
      const created = await this.#client.create(coreKinds.namespace, object, { fieldManager, signal: this.#signal });
      return this.#note(coreKinds.namespace, created);
    } catch (error) {
      if (!isAlreadyExists(error)) {
        throw error;
      }
    }
    return this.#client.get(coreKinds.namespace, { name }, { signal: this.#signal });
  }

  /** Puts our labels onto a namespace, unless it has changed since it was looked at. */
  async label({ metadata }: MemberNamespace): Promise<MemberNamespace> {
    const { name = '', resourceVersion = '', uid = '' } = metadata;
    const body = { name, resourceVersion, uid, labels: this.#labels };
    return this.#apply(coreKinds.namespace, { metadata: body });
  }

  /** Brings the ResourceQuota to the given limits, and to nothing else. Resolves with what is there then. */
  async limit(hard: DeepReadonly<HardList>): Promise<Quota> {
    const wanted = quotaHard(hard);
    let found = this.quota;
    if (found !== undefined && isLimitedTo(found, wanted) && belongsTo(found, keyOf(this.#claimant))) {
      return found;
    }
    found = await this.#applyQuota(wanted, found);
    found = isLimitedTo(found, wanted) ? found : await this.#replaceHard(found, wanted);
    if (!isLimitedTo(found, wanted)) {
      const { namespace, name } = this.#key;
      throw namespaceErrors.QuotaAltered(
        `ResourceQuota ${name} in namespace ${namespace} is another one than was written`,
      );
    }
    return found;
  }

  /** Brings the LimitRange to what the Namespace asks for, or takes ours away when that is nothing. */
  async bound(): Promise<void> {
    const wanted = limitRangeItems(this.#claimant.spec.limits ?? []);
    const found = this.#limits;
    if (wanted.length === 0) {
      await (found && this.#remove(limitRange, found));
      return;
    }
    if (found === undefined || !limitsInForce(found, wanted) || !belongsTo(found, keyOf(this.#claimant))) {
      await this.#apply(limitRange, { metadata: this.#metadata(found), spec: { limits: [...wanted] } });
    }
  }

  get #client(): Client {
    return this.#member.client;
  }

  get #key(): { namespace: string; name: string } {
    const { namespace } = this.#claimant.spec;
    return { namespace, name: namespace };
  }

  get #labels(): Record<string, string> {
    return labelsFor(keyOf(this.#claimant));
  }

  /** With the version that was seen: a leader that was deposed must not undo what its successor has written. */
  #metadata(found: DeepReadonly<KubeObject> | undefined) {
    const resourceVersion = found?.metadata.resourceVersion;
    return { ...this.#key, labels: this.#labels, ...(resourceVersion !== undefined && { resourceVersion }) };
  }

  /** A quota with scopes counts only some of the pods, and they cannot be changed. */
  async #applyQuota(hard: Record<string, string>, found: Quota | undefined): Promise<Quota> {
    const isUsable = found === undefined || !isScoped(found);
    await (isUsable ? undefined : this.#remove(resourceQuota, found));
    return this.#apply(resourceQuota, { metadata: this.#metadata(isUsable ? found : undefined), spec: { hard } });
  }

  /** Server-side apply leaves what others have added, and a quota that was there before may have scopes. */
  async #replaceHard(found: Quota, wanted: Record<string, string>): Promise<Quota> {
    if (isScoped(found)) {
      return this.#applyQuota(wanted, found);
    }
    const strangers = Object.keys(found.spec?.hard ?? {}).filter((name) => !(name in wanted));
    const hard = { ...wanted, ...Object.fromEntries(strangers.map((name) => [name, null])) };
    const body = { metadata: { resourceVersion: found.metadata.resourceVersion }, spec: { hard } };
    const patch = { type: 'merge', body } as const;
    const patched = await this.#client.patch(resourceQuota, this.#key, patch, { fieldManager, signal: this.#signal });
    return this.#note(resourceQuota, patched);
  }

  async #apply<T extends KubeObject>(kind: Kind<T>, object: Omit<T, 'apiVersion' | 'kind'>): Promise<T> {
    const options = { fieldManager, signal: this.#signal, force: true };
    return this.#note(kind, await applyObject(this.#client, kind, object, options));
  }

  async #remove(kind: Kind, { metadata: { uid } }: DeepReadonly<KubeObject>): Promise<void> {
    const preconditions = uid === undefined ? {} : { uid };
    await this.#client.delete(kind, this.#key, { preconditions, signal: this.#signal }).catch(undefinedIfGone);
    this.#recent.forget(this.#key, memberScope(this.#member.name, kind));
  }

  #newest<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): DeepReadonly<T> | undefined {
    const { name, cache } = this.#member;
    return this.#recent.newestAt<DeepReadonly<T>>(key, memberScope(name, kind), cache.get(kind, key));
  }

  #note<T extends KubeObject>(kind: Kind<T>, object: T): T {
    this.#recent.note(object, memberScope(this.#member.name, kind));
    return object;
  }
}

function isLimitedTo(quota: Quota, wanted: Readonly<Record<string, string>>): boolean {
  return !isScoped(quota) && isSameHard(quota.spec?.hard ?? {}, wanted);
}

function isScoped({ spec }: Quota): boolean {
  return spec?.scopes !== undefined || spec?.scopeSelector !== undefined;
}
