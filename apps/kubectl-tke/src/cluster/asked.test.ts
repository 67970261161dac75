import { describe, expect, test } from '@jest/globals';

import type { ApiResource } from '@tke/kube-client';

import { parseOptions, questionOptions } from '../options.ts';
import { askedOf } from './asked.ts';
import type { Session } from './session.ts';

function resource(kind: string, part: Partial<ApiResource>): ApiResource {
  return {
    group: '',
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    namespaced: true,
    verbs: [],
    shortNames: [],
    categories: [],
    subresources: [],
    preferred: true,
    ...part,
  };
}

const subresources = [{ name: 'exec', verbs: ['create'] }];
const served = [
  resource('Pod', { shortNames: ['po'], subresources }),
  resource('Event', {}),
  resource('Node', { namespaced: false }),
  resource('Event', { group: 'events.k8s.io' }),
  resource('Deployment', { group: 'apps', version: 'v1beta1', shortNames: ['deploy'], preferred: false }),
  resource('Deployment', { group: 'apps', shortNames: ['deploy'] }),
  resource('Policy', { group: 'auth.tkestack.io', plural: 'policies', namespaced: false }),
];

const session = {
  namespace: 'shop',
  discovery: { resources: () => Promise.resolve(served) },
} as unknown as Session;

async function asked(target: string, ...flags: string[]) {
  const notes: string[] = [];
  const { signal } = new AbortController();
  const context = { signal, note: (text: string) => notes.push(text), input: () => Promise.resolve('') };
  const result = await askedOf('get', target, parseOptions(flags, questionOptions), session, context);
  return { ...result, notes };
}

async function attributes(target: string, ...flags: string[]): Promise<string> {
  const { resourceAttributes } = await asked(target, ...flags);
  const { group, resource: plural, subresource, namespace, name } = resourceAttributes ?? {};
  return [plural, group, subresource, namespace, name].join(' ');
}

describe('a resource', () => {
  test.each([
    ['pods', 'pods   shop '],
    ['pod', 'pods   shop '],
    ['po', 'pods   shop '],
    ['Pods', 'pods   shop '],
    ['events', 'events   shop '],
    ['events.events.k8s.io', 'events events.k8s.io  shop '],
    ['deploy', 'deployments apps  shop '],
    ['deployments.apps', 'deployments apps  shop '],
    ['deployments.v1.apps', 'deployments apps  shop '],
    ['policies.auth', 'policies auth.tkestack.io   '],
    ['nodes/n1', 'nodes    n1'],
    ['users/bob', 'users    bob'],
    ['userextras', 'userextras authentication.k8s.io   '],
  ])('%s is found as kubectl finds it', async (target, expected) => {
    expect(await attributes(target)).toBe(expected);
    expect((await asked(target)).notes).toEqual([]);
  });

  test('that the server does not serve is taken as typed, with a word', async () => {
    expect(await attributes('foos.example.com')).toBe('foos example.com  shop ');
    expect((await asked('foos.example.com')).notes).toEqual([expect.stringContaining('"foos.example.com"')]);
  });
});

describe('what follows the resource', () => {
  test.each([
    ['pods/web', [], 'pods   shop web'],
    ['pods/exec', [], 'pods  exec shop '],
    ['pods/web/exec', [], 'pods  exec shop web'],
    ['pods/exec', ['--subresource=log'], 'pods  log shop exec'],
    ['pods', ['--subresource=log'], 'pods  log shop '],
  ] as const)('%s %j', async (target, flags, expected) => {
    expect(await attributes(target, ...flags)).toBe(expected);
  });

  test.each([
    ['pods/a/b/c', []],
    ['pods/a/b', ['--subresource=c']],
  ] as const)('%s %j is refused', async (target, flags) => {
    await expect(asked(target, ...flags)).rejects.toMatchObject({ code: 'UsageInvalid' });
  });
});

test('the namespace is the one named, none of all, or that of the context', async () => {
  expect(await attributes('pods', '-n', 'x')).toBe('pods   x ');
  expect(await attributes('pods', '-A')).toBe('pods    ');
  expect(await attributes('nodes', '-n', 'x')).toBe('nodes    ');
  await expect(asked('pods', '-A', '-n', 'x')).rejects.toMatchObject({ code: 'UsageInvalid' });
});

test('a path is no resource', async () => {
  expect(await asked('/healthz')).toMatchObject({ nonResourceAttributes: { verb: 'get', path: '/healthz' } });
});

test('the version is the one that the server prefers', async () => {
  expect((await asked('deploy')).resourceAttributes).toMatchObject({ group: 'apps', version: 'v1' });
});

test('a field selector is passed on as the server would', async () => {
  const { resourceAttributes } = await asked('policies', '--field-selector', 'spec.tenantID=t,metadata.name!=x');
  expect(resourceAttributes?.fieldSelector).toEqual([
    { key: 'spec.tenantID', operator: 'In', values: ['t'] },
    { key: 'metadata.name', operator: 'NotIn', values: ['x'] },
  ]);
  await expect(asked('policies', '--field-selector', 'x')).rejects.toThrow(/--field-selector is "x"/);
});
