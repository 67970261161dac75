import type { Cluster } from '@tke/api-platform';
import { describeError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';

import type { MemberAuthorizations } from '../authorization/member-authorizations.ts';
import { centralAuthorization } from '../build/central-authorization.ts';
import type { MemberAuthorization } from '../build/member-authorization.ts';
import type { HostsScope } from '../build/scope-builder.ts';
import { isSkipped } from '../kubeadm/skipped.ts';
import type { Certificate } from '../observe/certificates.ts';
import { timestampOf } from '../observe/timestamp.ts';
import type { AuthorizationCondition, AuthorizationKeeper } from './authorization-keeper.ts';
import type { CertificateInventory } from './certificate-inventory.ts';
import { endsPass } from './ends-pass.ts';

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

  /** Looks after them. Undefined for a cluster that does not ask the authz-webhook. Rejects with what ends the pass only. */
  async keep(scope: HostsScope, signal: AbortSignal): Promise<AuthorizationCondition | undefined> {
    const { inventory, pushes } = this.#options;
    await inventory.refresh(scope, signal);
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

  /** All is looked at anew: something has changed. */
  refresh(uid: string): void {
    this.#options.inventory.forget(uid);
  }

  /** The cluster is gone. */
  forget(uid: string): void {
    this.refresh(uid);
    this.#options.pushes.forget(uid);
    this.#client.delete(uid);
  }

  async #wanted({ cluster, version }: HostsScope, signal: AbortSignal): Promise<MemberAuthorization | undefined> {
    if (isSkipped(cluster, 'EnsureAuthzWebhook')) {
      return undefined;
    }
    const wanted = await centralAuthorization(this.#options.authorizations, cluster, version, signal);
    if (wanted !== undefined) {
      const { notAfter, renewAt } = wanted;
      this.#client.set(cluster.metadata.uid ?? '', {
        name: 'authz-webhook client',
        notAfter: timestampOf(notAfter),
        renewAt: timestampOf(renewAt),
      });
    }
    return wanted;
  }
}
