import type { Client } from '@tke/kube-client';
import { forEachConcurrently } from '@tke/runtime';
import type { ResourceAttributes } from '@tke/meta';

/** Something the platform does in a member. */
export type Right = Readonly<Pick<ResourceAttributes, 'group' | 'resource' | 'verb' | 'namespace' | 'name'>>;

const mark = { resource: 'configmaps', namespace: 'kube-system' } as const;

/** What it takes to tell an imported cluster from others, to mark it and to watch it. */
export const importRights: readonly Right[] = [
  { verb: 'get', resource: 'namespaces', name: 'kube-system' },
  { verb: 'list', resource: 'nodes' },
  { verb: 'watch', resource: 'nodes' },
  { verb: 'list', resource: 'pods' },
  { verb: 'create', ...mark },
  { verb: 'get', ...mark, name: 'tke' },
  { verb: 'update', ...mark, name: 'tke' },
  { verb: 'delete', ...mark, name: 'tke' },
];

const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const questionsAtOnce = 4;

/** Those that the user of the client does not have, in the order of the list. */
export async function missingRights(
  client: Pick<Client, 'request'>,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<readonly Right[]> {
  const missing = new Set<Right>();
  await forEachConcurrently(rights, questionsAtOnce, signal, async (right) => {
    const spec = { resourceAttributes: { version: '*', ...right } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
    const answer = (await client.request({ method: 'POST', path, body, signal })) as {
      readonly status?: { readonly allowed?: unknown };
    } | null;
    if (answer?.status?.allowed !== true) {
      missing.add(right);
    }
  });
  return rights.filter((right) => missing.has(right));
}

/** `update configmaps/tke in kube-system`. */
export function describeRight({ verb, resource, group, name, namespace }: Right): string {
  const what = `${resource ?? ''}${group ? `.${group}` : ''}${name === undefined ? '' : `/${name}`}`;
  return `${verb ?? ''} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
