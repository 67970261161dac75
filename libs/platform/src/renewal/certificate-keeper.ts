import type { Cluster } from '@tke/api-platform';
import { describeError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';

import type { MemberAuthorizations } from '../authorization/member-authorizations.ts';
import { centralAuthorization } from '../build/central-authorization.ts';
import type { MemberAuthorization } from '../build/member-authorization.ts';
import type { HostsScope } from '../build/scope-builder.ts';
import { isSkipped } from '../kubeadm/skipped.ts';
import { authzClientName, type Certificate } from '../observe/certificates.ts';
import { timestampOf } from '../observe/timestamp.ts';
import { endsPass } from '../objects/ends-pass.ts';
import type { AuthorizationCondition, AuthorizationKeeper } from './authorization-keeper.ts';
import type { CertificateInventory } from './certificate-inventory.ts';

export interface CertificateKeeperOptions {
  readonly inventory: CertificateInventory;
  readonly pushes: AuthorizationKeeper;
  /** Undefined where the platform offers no central authorization. */
  readonly authorizations: Pick<MemberAuthorizations, 'of'> | undefined;
}

/** What clusters that are built live by and is found on their hosts: the inventory of it, and the files of the authz-webhook. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  /** Of the authz-webhook's client, by UID of the Cluster. */
  readonly #client = new Map<string, Certificate>();

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
  }

  /** For the status. Asks nobody. */
  known(cluster: DeepReadonly<Cluster>): readonly Certificate[] {
    const client = this.#client.get(cluster.metadata.uid ?? '');
    return [...this.#options.inventory.known({ cluster }), ...(client === undefined ? [] : [client])];
  }

  /** Looks at the hosts where that is long ago: also while no API server answers. Rejects with what ends the pass only. */
  refresh(scope: HostsScope, signal: AbortSignal): Promise<void> {
    return this.#options.inventory.refresh(scope, signal);
  }

  /** Of the authz-webhook's files. Undefined for a cluster that does not ask it. Rejects with what ends the pass only. */
  async keep(scope: HostsScope, signal: AbortSignal): Promise<AuthorizationCondition | undefined> {
    const { pushes } = this.#options;
    try {
      const wanted = await this.#wanted(scope, signal);
      return wanted && (await pushes.keep(scope, wanted, signal));
    } catch (error) {
      if (endsPass(error, signal)) {
        throw error;
      }
      const { message, remedy } = describeError(error);
      return { type: 'AuthorizationCurrent', status: 'False', reason: 'NotIssued', message: `${message}. ${remedy}` };
    }
  }

  /** Hosts are looked at anew: something has changed. */
  invalidate(uid: string): void {
    this.#options.inventory.forget(uid);
  }

  /** The cluster is gone. */
  forget(uid: string): void {
    this.invalidate(uid);
    this.#options.pushes.forget(uid);
    this.#client.delete(uid);
  }

  async #wanted({ cluster, version }: HostsScope, signal: AbortSignal): Promise<MemberAuthorization | undefined> {
    const { uid = '' } = cluster.metadata;
    const wanted = isSkipped(cluster, 'EnsureAuthzWebhook')
      ? undefined
      : await centralAuthorization(this.#options.authorizations, cluster, version, signal);
    if (wanted === undefined) {
      this.#client.delete(uid);
    } else {
      // Without renewAt: no plan renews it, but whoever issues it.
      this.#client.set(uid, { name: authzClientName, notAfter: timestampOf(wanted.notAfter) });
    }
    return wanted;
  }
}
