import { businessNamespace } from '@tke/api-business';
import type { Client } from '@tke/kube-client';

import { askServer } from '../cluster/who-am-i.ts';

/** What the server says about ourselves in a project. */
export type ServerRole =
  | { readonly kind: 'administrator' }
  /** The policy that lets us read it. There may be others. */
  | { readonly kind: 'policy'; readonly policy: string }
  | { readonly kind: 'unknown' };

/**
 * For who may not read the rules: the webhook says in its reason by which policy it allows a request. Asked is what every project policy
 * gives: to read a Namespace of the project, of a name that there is none of.
 */
export async function serverRoleIn(
  client: Client,
  { project, tenant }: { readonly project: string; readonly tenant: string },
  signal: AbortSignal,
): Promise<ServerRole> {
  const { group, version, plural: resource } = businessNamespace;
  const resourceAttributes = { verb: 'get', group, version, resource, namespace: project, name: 'none-of-this-name' };
  const { allowed, reason = '' } = await askServer(client, { resourceAttributes }, signal);
  if (!allowed) {
    return { kind: 'unknown' };
  }
  const [, policy] = /^policy "([^"]+)" allows /.exec(reason) ?? [];
  if (policy !== undefined) {
    return { kind: 'policy', policy };
  }
  const administers = reason.endsWith(` is an administrator of tenant "${tenant}"`);
  return { kind: administers ? 'administrator' : 'unknown' };
}
