import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { MemberAuthorizations } from '../authorization/member-authorizations.ts';
import { platformErrors } from '../errors.ts';
import type { MemberAuthorization } from './member-authorization.ts';

/**
 * What `features.authzWebhookAddr` asks for; undefined for a cluster that asks for nothing. Rejects with AuthorizationNotOffered or
 * ExternalAuthorizationNotSupported (NeedsUser): a cluster that wanted central authorization must not come up without.
 */
export async function centralAuthorization(
  offered: Pick<MemberAuthorizations, 'of'> | undefined,
  cluster: DeepReadonly<Cluster>,
  version: string,
  signal: AbortSignal,
): Promise<MemberAuthorization | undefined> {
  const { builtin, external } = cluster.spec.features?.authzWebhookAddr ?? {};
  if (external !== undefined) {
    throw platformErrors.ExternalAuthorizationNotSupported(
      `features.authzWebhookAddr.external names ${external.ip}, but nothing is known of the certificates of that webhook`,
    );
  }
  if (builtin === undefined) {
    return undefined;
  }
  if (offered === undefined) {
    throw platformErrors.AuthorizationNotOffered(
      'features.authzWebhookAddr asks for the authz-webhook of the platform, but the manager was not told where it is',
    );
  }
  return offered.of(cluster, version, signal);
}
