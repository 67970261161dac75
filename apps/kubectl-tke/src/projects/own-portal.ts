import { portal, type Portal } from '@tke/api-business';
import type { Client } from '@tke/kube-client';
import { apiVersionOf, type Kind } from '@tke/meta';

const portalKind: Kind<Portal> = portal;

/** What the server tells us of ourselves. It may be asked by everybody. */
export function ownPortal(client: Pick<Client, 'create'>, signal: AbortSignal): Promise<Portal> {
  const question = { apiVersion: apiVersionOf(portalKind), kind: portalKind.kind, metadata: { name: 'me' } };
  return client.create(portalKind, question, { dryRun: true, signal });
}
