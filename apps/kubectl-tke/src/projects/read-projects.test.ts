import { describe, expect, test } from '@jest/globals';

import type { Project } from '@tke/api-business';
import { KubeApiError, type Client } from '@tke/kube-client';
import type { Kind } from '@tke/meta';

import { readNamespaces, readProjects } from './read-projects.ts';

const { signal } = new AbortController();
const notes: string[] = [];
const note = (text: string) => void notes.push(text);
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
  portal: object = {},
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
    create: (_kind: Kind, question: object, { dryRun }: { dryRun?: boolean }) =>
      answer(dryRun === true ? { ...question, ...portal } : forbidden),
  } as unknown as Client;
  return { client, asked };
}

describe('the projects of a tenant', () => {
  test('are asked for with the tenant in the field selector, as its users must', async () => {
    const { client, asked } = server(() => [{ metadata: { name: 'prj-a' } }]);
    expect(await readProjects(client, [], { signal, note, tenant: 't' })).toHaveLength(1);
    await readProjects(client, [], { signal, note, tenant: undefined });
    expect(asked).toEqual([{ fieldSelector: 'spec.tenantID=t' }, {}]);
  });

  test('are those that are named where they may not be listed', async () => {
    const get = (name: string) => (name === 'prj-a' ? { metadata: { name } } : refused(404, 'NotFound'));
    const { client } = server(() => forbidden, get);
    expect(await readProjects(client, ['prj-a'], { signal, note, tenant: 't' })).toMatchObject([
      { metadata: { name: 'prj-a' } },
    ]);
    const selection = { signal, note, tenant: 't' };
    await expect(readProjects(client, ['prj-b'], selection)).rejects.toMatchObject({ code: 'ProjectNotFound' });
    await expect(readProjects(client, [], selection)).rejects.toMatchObject({
      code: 'ProjectsNotReadable',
      message: 'may not list projects.business.tkestack.io, and has none to read',
    });
    await expect(readProjects(server(() => forbidden).client, ['prj-a'], selection)).rejects.toMatchObject({
      code: 'ProjectsNotReadable',
      message: 'may not read Project prj-a',
    });
  });

  test('are one’s own where they may not be listed and none is named', async () => {
    const portal = { projects: { 'prj-a': 'A', 'prj-b': 'B', 'prj-hidden': 'H' }, more: 2 };
    const get = (name: string) => (name === 'prj-hidden' ? forbidden : { metadata: { name } });
    const { client } = server(() => forbidden, get, portal);
    const read = await readProjects(client, [], { signal, note, tenant: 't' });
    expect(read.map(({ metadata }) => metadata.name).toSorted()).toEqual(['prj-a', 'prj-b']);
    expect(notes).toEqual(['not shown: prj-hidden, 2 projects beyond those the server tells of']);
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
