import { clusterCredential, type ClusterCredential } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';
import {
  controllerFor,
  type CacheReader,
  type ControllerHost,
  type Permission,
  type ReconcileContext,
  type Reconciler,
  type Request,
} from '@tke/runtime';

import { fieldManager } from '../names.ts';
import { expiryOf } from './credential-expiry.ts';

export interface CredentialDependencies {
  /** Of the hub: ClusterCredentials, and the Secrets with the label of tenants. */
  readonly cache: CacheReader;
  readonly client: Pick<Client, 'patch'>;
  /** Of the platform, where its Secrets are. */
  readonly namespace: string;
}

/** On the hub, besides what following members takes. */
export const credentialPermissions: readonly Permission[] = [
  { group: clusterCredential.group, resources: [`${clusterCredential.plural}/status`], verbs: ['patch'] },
];

/** Says in the status of ClusterCredentials when they end. */
export class CredentialReconciler implements Reconciler {
  readonly #deps: CredentialDependencies;

  constructor(dependencies: CredentialDependencies) {
    this.#deps = dependencies;
  }

  async reconcile({ name }: Request, { signal }: ReconcileContext): Promise<undefined> {
    const { cache, client, namespace } = this.#deps;
    const credential = cache.get<ClusterCredential>(clusterCredential, { name });
    if (credential === undefined || credential.metadata.deletionTimestamp !== undefined) {
      return;
    }
    const { secretRef, status } = credential;
    const secret = secretRef && cache.get(coreKinds.secret, { namespace, name: secretRef.name });
    const expiresAt = expiryOf(credential, secret);
    if (status?.expiresAt !== expiresAt) {
      // A merge patch takes a field out by null.
      const body = { status: { expiresAt: expiresAt ?? null } };
      const options = { subresource: 'status', fieldManager, signal } as const;
      await client.patch(clusterCredential, { name }, { type: 'merge', body }, options);
    }
  }
}

export function addCredentialController(host: ControllerHost, dependencies: CredentialDependencies): void {
  const ofSecret = ({ metadata }: { readonly metadata: { readonly name?: string } }) =>
    dependencies.cache
      .list<ClusterCredential>(clusterCredential)
      .filter(({ secretRef }) => secretRef?.name === metadata.name)
      .map((credential) => ({ name: credential.metadata.name ?? '' }));
  controllerFor(host, 'cluster-credentials')
    .for<ClusterCredential>(clusterCredential)
    .watches<coreKinds.Secret>(coreKinds.secret, ofSecret)
    .complete(new CredentialReconciler(dependencies));
}
