import { cluster as clusterKind, type Cluster } from '@tke/api-platform';
import { Secret } from '@tke/host';
import { isAlreadyExists, isConflict, isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type DeepReadonly, type ObjectKey } from '@tke/meta';
import { certificateInfo } from '@tke/pki';
import { controllerOf, isControlledBy, jsonEqual, ownerReference } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { MemberAuthorization } from '../build/member-authorization.ts';
import { fieldManager } from '../names.ts';
import {
  authorizationFiles,
  configurationFile,
  kubeconfigFile,
  type AuthorizationFiles,
} from './authorization-files.ts';
import { isUsable, issueClientCertificate, renewalOf } from './client-certificate.ts';
import { authorizationErrors } from './errors.ts';
import type { AuthorizationSettings } from './settings.ts';
import { clientOf } from './webhook-kubeconfig.ts';

export interface MemberAuthorizationsOptions {
  /** Of the hub. */
  readonly client: Client;
  /** Of the platform, where the Secrets go. */
  readonly namespace: string;
  readonly settings: AuthorizationSettings;
  readonly clock: Clock;
}

/** What a cluster has in its Secret. */
export interface IssuedAuthorization {
  readonly files: AuthorizationFiles;
  /** When the certificate is replaced, milliseconds since the epoch. */
  readonly renewAt: number;
  /** When it ends, milliseconds since the epoch. */
  readonly notAfter: number;
}

// Whoever is faster has done the work.
const attempts = 3;

/**
 * The Secret `<cluster>-authorization` of each cluster: what its API servers ask the authz-webhook with. It goes with the Cluster. It has
 * no label of a tenant, so that no Cluster can name it as a credential.
 */
export class MemberAuthorizations {
  readonly #options: MemberAuthorizationsOptions;

  constructor(options: MemberAuthorizationsOptions) {
    this.#options = options;
  }

  /**
   * For a cluster that is built with `kubernetes`, 1.30 at least: the same at each call until the certificate is renewed. Rejects with
   * AuthorizationSecretTaken.
   */
  async of(cluster: DeepReadonly<Cluster>, kubernetes: string, signal: AbortSignal): Promise<MemberAuthorization> {
    const { files, renewAt, notAfter } = await this.keep(cluster, kubernetes, signal);
    const { [configurationFile]: configuration = '', [kubeconfigFile]: kubeconfig = '' } = files;
    return { configuration, kubeconfig: new Secret(kubeconfig), renewAt, notAfter };
  }

  /** Makes the Secret be what it should be. Rejects with AuthorizationSecretTaken. */
  async keep(cluster: DeepReadonly<Cluster>, kubernetes: string, signal: AbortSignal): Promise<IssuedAuthorization> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#read(cluster, signal);
      const issued = await this.#issue(cluster, kubernetes, stored);
      try {
        await this.#write(cluster, issued.files, stored, signal);
        return issued;
      } catch (error) {
        const wasFaster = isAlreadyExists(error) || isConflict(error) || isNotFound(error);
        if (!wasFaster || attempt === attempts) {
          throw error;
        }
      }
    }
  }

  async #read(cluster: DeepReadonly<Cluster>, signal: AbortSignal): Promise<coreKinds.Secret | undefined> {
    const key = this.#keyOf(cluster);
    try {
      const found = await this.#options.client.get(coreKinds.secret, key, { signal });
      checkOurs(found, cluster);
      return found;
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** With the certificate of before for as long as it is good. */
  async #issue(
    { metadata: { name = '', uid = '' } }: DeepReadonly<Cluster>,
    kubernetes: string,
    stored: coreKinds.Secret | undefined,
  ): Promise<IssuedAuthorization> {
    const { settings, clock } = this.#options;
    const before = clientOf(filesOf(stored)[kubeconfigFile] ?? '');
    const client =
      before !== undefined && isUsable(before, { name, uid }, settings.clientCa, clock)
        ? before
        : await issueClientCertificate({ name, uid }, settings.clientCa, clock);
    const files = authorizationFiles({ cluster: name, kubernetes }, settings, client);
    const { notAfter } = certificateInfo(client.certPem);
    return { files, renewAt: renewalOf(client.certPem), notAfter };
  }

  async #write(
    cluster: DeepReadonly<Cluster>,
    files: AuthorizationFiles,
    stored: coreKinds.Secret | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { client } = this.#options;
    const options = { fieldManager, signal };
    const data = Object.fromEntries(Object.entries(files).map(([key, text]) => [key, base64(text)]));
    if (stored === undefined) {
      const key = this.#keyOf(cluster);
      const owner = ownerReference<Cluster>(cluster, clusterKind, key, { blockOwnerDeletion: false });
      const metadata = { ...key, ownerReferences: [owner] };
      await client.create(
        coreKinds.secret,
        { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data },
        options,
      );
    } else if (!jsonEqual(stored.data ?? {}, data)) {
      await client.update(coreKinds.secret, { ...stored, data }, options);
    }
  }

  #keyOf({ metadata: { name = '' } }: DeepReadonly<Cluster>): Required<ObjectKey> {
    return { namespace: this.#options.namespace, name: `${name}-authorization` };
  }
}

/** One of a Cluster of this name that is gone may have been for another tenant: it waits for the garbage collector. */
function checkOurs(secret: coreKinds.Secret, cluster: DeepReadonly<Cluster>): void {
  if (!isControlledBy(secret, cluster)) {
    const owner = controllerOf(secret);
    const whose =
      owner === undefined ? 'not made by the platform' : `that of ${owner.kind} ${owner.name} with UID ${owner.uid}`;
    throw authorizationErrors.AuthorizationSecretTaken(
      `Secret ${secret.metadata.namespace ?? ''}/${secret.metadata.name ?? ''} is ${whose}`,
    );
  }
}

function filesOf(secret: coreKinds.Secret | undefined): AuthorizationFiles {
  const entries = Object.entries(secret?.data ?? {});
  return Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
