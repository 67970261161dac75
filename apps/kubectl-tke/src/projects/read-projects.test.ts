import { describe, expect, test } from '@jest/globals';

import type { Project } from '@tke/api-business';
import { KubeApiError, type Client } from '@tke/kube-client';
import type { Kind } from '@tke/meta';

import { readNamespaces, readProjects } from './read-projects.ts';
import { serverRoleIn } from './server-roles.ts';

const { signal } = new AbortController();
const refused = (code: number, reason: string) => new KubeApiError({ method: 'GET', path: '/' }, code, { reason });
const forbidden = refused(403, 'Forbidden');

interface Listed {
  readonly fieldSelector?: string;
  readonly namespace?: string;
}

/** A server that answers as `list` and `get` say, and what it was asked. */
function server(
  list: (kind: Kind, options: Listed) => object[] | Error,
  get: (name: string) => object | Error = () => forbidden,
) {
  const asked: Listed[] = [];
  const answer = <T>(value: T | Error) => (value instanceof Error ? Promise.reject(value) : Promise.resolve(value));
  const client = {
    list: ({ ...kind }: Kind, { fieldSelector, namespace }: Listed) => {
      const options = {
        ...(fieldSelector !== undefined && { fieldSelector }),
        ...(namespace !== undefined && { namespace }),
      };
      asked.push(options);
      const items = list(kind, options);
      return answer(items instanceof Error ? items : { items });
    },
    get: (_kind: Kind, { name }: { name: string }) => answer(get(name)),
  } as unknown as Client;
  return { client, asked };
}

describe('the projects of a tenant', () => {
  test('are asked for with the tenant in the field selector, as its users must', async () => {
    const { client, asked } = server(() => [{ metadata: { name: 'prj-a' } }]);
    expect(await readProjects(client, [], { signal, tenant: 't' })).toHaveLength(1);
    await readProjects(client, [], { signal, tenant: undefined });
    expect(asked).toEqual([{ fieldSelector: 'spec.tenantID=t' }, {}]);
  });

  test('are those that are named where they may not be listed', async () => {
    const get = (name: string) => (name === 'prj-a' ? { metadata: { name } } : refused(404, 'NotFound'));
    const { client } = server(() => forbidden, get);
    expect(await readProjects(client, ['prj-a'], { signal, tenant: 't' })).toMatchObject([
      { metadata: { name: 'prj-a' } },
    ]);
    const selection = { signal, tenant: 't' };
    await expect(readProjects(client, ['prj-b'], selection)).rejects.toMatchObject({ code: 'ProjectNotFound' });
    await expect(readProjects(client, [], selection)).rejects.toMatchObject({ code: 'ProjectsNotReadable' });
    await expect(readProjects(server(() => forbidden).client, ['prj-a'], selection)).rejects.toMatchObject({
      code: 'ProjectsNotReadable',
      message: 'may not read Project prj-a',
    });
  });

  test('have Namespaces that are read project by project where they may not be listed all at once', async () => {
    const projects = ['prj-a', 'prj-b'].map((name) => ({ metadata: { name } }) as Project);
    const { client } = server((_kind, { namespace }) =>
      namespace === 'prj-a' ? [{ metadata: { namespace } }] : forbidden,
    );
    expect(await readNamespaces(client, projects, { signal, tenant: 't' })).toEqual({
      namespaces: [{ metadata: { namespace: 'prj-a' } }],
      hidden: ['prj-b'],
    });
  });
});

test.each([
  [
    true,
    'policy "pol-t-project-owner" allows "getNamespace" on "…"',
    { kind: 'policy', policy: 'pol-t-project-owner' },
  ],
  [true, '"ann" is an administrator of tenant "t"', { kind: 'administrator' }],
  [true, 'RBAC: allowed by ClusterRoleBinding "x"', { kind: 'unknown' }],
  [false, 'policy "pol-x" denies "getNamespace" on "…"', { kind: 'unknown' }],
])('an answer of the server (allowed: %s, %s) tells a role', async (allowed, reason, role) => {
  const client = { request: () => Promise.resolve({ status: { allowed, reason } }) } as unknown as Client;
  expect(await serverRoleIn(client, { project: 'prj-a', tenant: 't' }, signal)).toEqual(role);
});
