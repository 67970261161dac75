import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { applyManifests, ControlPlane } from '@tke/envtest';
import { connect, Discovery, type ApiResource } from '@tke/kube-client';
import { discardLogger } from '@tke/log';

import { actionOf, kindOf } from './action.ts';
import { mayBeNamespaced } from './resource-scope.ts';

jest.setTimeout(300_000);

const crdFolder = join(import.meta.dirname, '../../../../config/crd');

/** Words that policies spell in TKEStack's way, which is not what the server says; and why. */
const singulars: Readonly<Record<string, string>> = {
  // The server calls it endpoints, as the kind; TKEStack's inflector and thus its policies say getEndpoint.
  endpoints: 'endpoint',
};

/** Where two resources have one action, a policy cannot tell them apart by it, only by the object or not at all. */
const sharedActions: Readonly<Record<string, readonly string[]>> = {
  // The same objects, served twice.
  Event: ['events', 'events.events.k8s.io'],
  // The objects differ: project:<project>/namespace:<name> is ours, namespace:<name> is of Kubernetes. As in TKEStack.
  Namespace: ['namespaces', 'namespaces.business.tkestack.io'],
  // role:<name> is ours, namespace:<ns>/role:<name> is of RBAC.
  Role: ['roles.auth.tkestack.io', 'roles.rbac.authorization.k8s.io'],
  Rolebinding: ['rolebindings.auth.tkestack.io', 'rolebindings.rbac.authorization.k8s.io'],
};

const reads = { get: 'get', list: 'list', watch: 'watch' };
const writes = { create: 'create', update: 'update', patch: 'update', delete: 'delete', deletecollection: 'delete' };
const everyVerb = { ...reads, ...writes };
const connects = { get: 'create', create: 'create', update: 'create', patch: 'create', delete: 'create' };

/** What each subresource that a server serves is taken for: the action's verb by the request's. */
const subresources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Ways into something, credentials and what sets a boundary aside: one action, whatever the method.
  attach: connects,
  binding: connects,
  eviction: connects,
  exec: connects,
  portforward: connects,
  proxy: connects,
  token: connects,
  // Reads of what the object does, which TKEStack calls get.
  finalize: { update: 'update' },
  log: { get: 'get' },
  status: { get: 'get', update: 'update', patch: 'update' },
  // Their GET shows settings, so it is a reading, which TKEStack calls list; what they can do needs a write.
  approval: { get: 'list', update: 'update', patch: 'update' }, // and the verb approve on the signer
  ephemeralcontainers: { get: 'list', update: 'update', patch: 'update' },
  resize: { get: 'list', update: 'update', patch: 'update' },
  scale: { get: 'list', update: 'update', patch: 'update' },
};

const nothing = { verb: '', subresource: '', namespace: '', name: '' };
const named: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);

let controlPlane: ControlPlane | undefined;
let resources: readonly ApiResource[];

beforeAll(async () => {
  // Every kind a server can have: alpha ones are the next version's.
  const flags = ['--runtime-config=api/all=true', '--feature-gates=AllAlpha=true,AllBeta=true'];
  controlPlane = await ControlPlane.start({ apiServerFlags: flags });
  const { access } = controlPlane;
  for (const file of readdirSync(crdFolder).filter((name) => name.includes('_'))) {
    await applyManifests(access, readFileSync(join(crdFolder, file), 'utf8'));
  }
  const client = await connect({ kubeconfig: access.kubeconfigPath, userAgent: 'test/1', logger: discardLogger });
  resources = await new Discovery(client).resources();
  await client.close();
});

afterAll(() => controlPlane?.stop());

function isOurs({ group }: ApiResource): boolean {
  return group.endsWith('.tkestack.io');
}

function textOf({ group, plural }: ApiResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** As discovery says, but for the pinned words. */
function singular({ plural, singular: served }: ApiResource): string {
  return singulars[plural] ?? served;
}

function action({ group, plural }: ApiResource, verb: string, subresource = ''): string {
  const name = named.has(verb) || subresource !== '' ? 'x' : '';
  return actionOf({ verb, group, resource: plural, subresource, namespace: '', name });
}

test('the server has what it has to show', () => {
  const found = resources.map(textOf);
  expect(found).toEqual(expect.arrayContaining(['pods', 'deployments.apps', 'rules.auth.tkestack.io']));
  expect(found.length).toBeGreaterThan(80);
  const served = new Set(resources.flatMap((each) => each.subresources.map(({ name }) => name)));
  expect([...served].sort()).toEqual(Object.keys(subresources).sort());
});

test('the singular of every resource is the server’s, but for pinned words', () => {
  const ours = resources.map((each) => [textOf(each), kindOf({ ...each, resource: each.plural, ...nothing })]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(resources.map((each) => [textOf(each), singular(each)])));
});

test('the scope of every resource is the server’s', () => {
  const builtIn = resources.filter((each) => !isOurs(each));
  const ours = builtIn.map((each) => [textOf(each), mayBeNamespaced(each.group, each.plural)]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(builtIn.map((each) => [textOf(each), each.namespaced])));
  // Of our own it is enough that no namespace is overlooked.
  const overlooked = resources.filter((each) => each.namespaced && !mayBeNamespaced(each.group, each.plural));
  expect(overlooked.map(textOf)).toEqual([]);
});

test('every verb of every resource has its action', () => {
  for (const each of resources) {
    const kind = upperFirst(singular(each));
    const expected = Object.entries(everyVerb)
      .filter(([verb]) => each.verbs.includes(verb))
      .map(([verb, spoken]) => [verb, `${spoken}${verb === 'list' ? upperFirst(each.plural) : kind}`]);
    expect(each.verbs.filter((verb) => !Object.hasOwn(everyVerb, verb))).toEqual([]);
    expect(each.verbs.map((verb) => [verb, action(each, verb)]).sort()).toEqual(expected.sort());
  }
});

test('every verb of every subresource has its action', () => {
  for (const each of resources) {
    for (const { name, verbs } of each.subresources) {
      const expected = verbs.map((verb) => {
        const spoken = subresources[name]?.[verb] ?? `no decision on ${verb} of ${each.plural}/${name}`;
        return `${spoken}${upperFirst(singular(each))}${upperFirst(name)}`;
      });
      expect(verbs.map((verb) => action(each, verb, name))).toEqual(expected);
    }
  }
});

test('no action means two things, but for known ones', () => {
  const meanings = new Map<string, Set<string>>();
  const add = (text: string, meaning: string) => {
    const key = text.toLowerCase();
    meanings.set(key, (meanings.get(key) ?? new Set()).add(meaning));
  };
  for (const each of resources) {
    add(singular(each), textOf(each));
    each.subresources.forEach(({ name }) => add(`${singular(each)}${name}`, `${textOf(each)}/${name}`));
  }
  const shared = [...meanings].filter(([, names]) => names.size > 1);
  const pinned = Object.entries(sharedActions).map(([kind, names]) => [kind.toLowerCase(), [...names].sort()]);
  // Of what is shared by two resources the status is too.
  const found = shared
    .map(([kind, names]) => [kind, [...names].sort()])
    .filter(([kind]) => !String(kind).endsWith('status'));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(pinned));
});
