import { cluster, clusterCredential, secretTenantLabel, type Cluster, type ClusterCredential } from '@tke/api-platform';
import { coreKinds, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import type { Cache, EventHandler, Informer, Permission, Runnable } from '@tke/runtime';

import { accessFromObjects, type AccessObjects } from '../access/from-objects.ts';
import { memberErrors } from '../errors.ts';
import type { MemberClusters } from '../member-clusters.ts';

export interface ClusterFollowerOptions {
  /** Of the hub. */
  readonly cache: Cache;
  readonly members: MemberClusters;
  /** Where Secrets with credentials are. Only those with the label of tenants are read. */
  readonly namespace: string;
}

const clusterKind: Kind<Cluster> = cluster;
const credentialKind: Kind<ClusterCredential> = clusterCredential;

const indexes = { credential: 'members.credential', secret: 'members.secret', cluster: 'members.cluster' } as const;

const present = (name: string | undefined): readonly string[] => (name ? [name] : []);

/** What the manager needs on the hub to know its members. */
export function clusterFollowerPermissions(namespace: string): readonly Permission[] {
  const verbs = ['get', 'list', 'watch'] as const;
  return [
    { group: cluster.group, resources: [cluster.plural, clusterCredential.plural], verbs },
    { group: '', resources: ['secrets'], verbs, namespace },
  ];
}

/** Keeps the members what Clusters, ClusterCredentials and Secrets of the hub say. */
export class ClusterFollower implements Runnable {
  readonly name = 'cluster-follower';
  readonly #cache: Cache;
  readonly #members: MemberClusters;
  readonly #namespace: string;
  readonly #clusters: Informer<Cluster>;
  readonly #credentials: Informer<ClusterCredential>;
  readonly #secrets: Informer<coreKinds.Secret>;
  #complete = false;

  /** Asks for the informers at once, so that the cache can fill before the start. */
  constructor({ cache, members, namespace }: ClusterFollowerOptions) {
    this.#cache = cache;
    this.#members = members;
    this.#namespace = namespace;
    this.#clusters = cache.informer(clusterKind);
    this.#clusters.addIndex(indexes.credential, credentialOfCluster);
    this.#clusters.addIndex(indexes.secret, secretOfCluster);
    this.#credentials = cache.informer(credentialKind);
    this.#credentials.addIndex(indexes.secret, secretOfCredential);
    this.#credentials.addIndex(indexes.cluster, clusterOfCredential);
    this.#secrets = cache.informer(coreKinds.secret, { namespace, labelSelector: secretTenantLabel });
  }

  /** Follows until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const registrations = [
      this.#clusters.addHandler(changes((object) => [object.metadata.name ?? ''], this.#refresh)),
      this.#credentials.addHandler(changes((object) => this.#clustersOfCredential(object), this.#refresh)),
      this.#secrets.addHandler(changes((object) => this.#clustersOfSecret(object.metadata.name ?? ''), this.#refresh)),
    ];
    try {
      await Promise.all(registrations.map((registration) => registration.waitForSync(signal)));
      // Before that, a credential that has not arrived yet would look like one that is missing.
      this.#complete = true;
      this.#cache.list(clusterKind).forEach(({ metadata }) => this.#refresh(metadata.name ?? ''));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    } finally {
      registrations.forEach((registration) => registration.remove());
    }
  }

  readonly #refresh = (name: string): void => {
    if (!this.#complete) {
      return;
    }
    const object = this.#cache.get(clusterKind, { name });
    if (object === undefined) {
      this.#members.remove(name);
      return;
    }
    try {
      const access = accessFromObjects(this.#objectsOf(object));
      if (access === undefined) {
        this.#members.remove(name);
      } else {
        this.#members.put(name, access);
      }
    } catch (error) {
      this.#members.putUnusable(name, error);
    }
  };

  #objectsOf(object: DeepReadonly<Cluster>): AccessObjects {
    const credential = this.#credentialOf(object);
    const secretName = credential?.secretRef?.name ?? object.spec.credentialSecretRef?.name;
    const key = { namespace: this.#namespace, name: secretName ?? '' };
    const secret = secretName === undefined ? undefined : this.#cache.get(coreKinds.secret, key);
    if (secretName !== undefined && secret === undefined) {
      throw memberErrors.CredentialNotFound(
        `there is no Secret ${secretName} with the label ${secretTenantLabel} in namespace ${this.#namespace}`,
      );
    }
    return { cluster: object, credential, secret };
  }

  /** The one the Cluster names, else the one that names the Cluster and is of its tenant, as TKEStack writes them. */
  #credentialOf(object: DeepReadonly<Cluster>): DeepReadonly<ClusterCredential> | undefined {
    const { clusterCredentialRef, credentialSecretRef, tenantID = '' } = object.spec;
    const named = clusterCredentialRef?.name;
    if (named) {
      const found = this.#cache.get(credentialKind, { name: named });
      if (found === undefined) {
        throw memberErrors.CredentialNotFound(`there is no ClusterCredential ${named}`);
      }
      return found;
    }
    if (credentialSecretRef !== undefined) {
      return undefined;
    }
    const index = { name: indexes.cluster, value: object.metadata.name ?? '' };
    const found = this.#cache.list(credentialKind, { index }).filter((each) => (each.tenantID ?? '') === tenantID);
    if (found.length > 1) {
      const names = found.map(({ metadata }) => metadata.name).join(', ');
      throw memberErrors.InvalidClusterCredential(`several ClusterCredentials name the Cluster: ${names}`, {
        remedy: 'Name the one to use in spec.clusterCredentialRef.',
      });
    }
    return found[0];
  }

  #clustersOfCredential(credential: DeepReadonly<ClusterCredential>): readonly string[] {
    const index = { name: indexes.credential, value: credential.metadata.name ?? '' };
    const referring = this.#complete ? this.#cache.list(clusterKind, { index }) : [];
    return [...clusterOfCredential(credential), ...referring.map(({ metadata }) => metadata.name ?? '')];
  }

  #clustersOfSecret(name: string): readonly string[] {
    if (!this.#complete) {
      return [];
    }
    const index = { name: indexes.secret, value: name };
    const clusters = this.#cache.list(clusterKind, { index }).map(({ metadata }) => metadata.name ?? '');
    const credentials = this.#cache.list(credentialKind, { index });
    return [...clusters, ...credentials.flatMap((credential) => this.#clustersOfCredential(credential))];
  }
}

function credentialOfCluster({ spec }: DeepReadonly<Cluster>): readonly string[] {
  return present(spec.clusterCredentialRef?.name);
}

function secretOfCluster({ spec }: DeepReadonly<Cluster>): readonly string[] {
  return present(spec.credentialSecretRef?.name);
}

function secretOfCredential({ secretRef }: DeepReadonly<ClusterCredential>): readonly string[] {
  return present(secretRef?.name);
}

function clusterOfCredential({ clusterName }: DeepReadonly<ClusterCredential>): readonly string[] {
  return present(clusterName);
}

/** Calls `refresh` for what an object concerned before a change and after it. */
function changes<T extends KubeObject>(
  concerned: (object: DeepReadonly<T>) => readonly string[],
  refresh: (name: string) => void,
): EventHandler<T> {
  return {
    onAdd: (object) => concerned(object).forEach(refresh),
    onUpdate: (before, after) => new Set([...concerned(before), ...concerned(after)]).forEach(refresh),
    onDelete: (object) => concerned(object).forEach(refresh),
  };
}
