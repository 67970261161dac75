import { describe, expect, test } from '@jest/globals';

import { identityProvider, localGroup, localIdentity, policy, policyBinding, rule, type Rule } from '@tke/api-auth';
import { explainReview } from '@tke/authz';
import { followedKinds } from '@tke/authz-state';
import { apiVersionOf, coreKinds, kindKey, type Kind, type KubeObject } from '@tke/meta';

import { basisOf } from '../cluster/basis.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { changeSnapshot } from './change-snapshot.ts';
import { compileRules, rulesAfter } from './compile-rules.ts';

const kinds = [...new Set([...followedKinds, localIdentity])];
const { signal } = new AbortController();

function object(kind: Kind, name: string, spec: object, metadata: object = {}): KubeObject {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name, ...metadata }, spec } as KubeObject;
}

const tenant = object(identityProvider, 't', { name: 't', type: 'ldap' });
const aPolicy = (actions: string[], effect = 'allow', tenantID: object = { tenantID: 't' }) =>
  object(policy, 'pol-a', {
    ...tenantID,
    displayName: 'a',
    category: 'c',
    statement: { effect, actions, resources: ['*'] },
  });
const aBinding = (users: object[] = [{ name: 'bob' }]) =>
  object(policyBinding, 'pb-a', { tenantID: 't', policyID: 'pol-a', users });

function snapshotOf(...objects: KubeObject[]): Snapshot {
  const stored = objects.map((each, at) => ({
    ...each,
    metadata: { uid: `uid-${at}`, resourceVersion: '1', generation: 1, ...each.metadata },
  }));
  return new Map(kinds.map((kind) => [kindKey(kind), stored.filter((each) => each.kind === kind.kind)]));
}

function changed(present: Snapshot, objects: KubeObject[], remove = false) {
  const manifests = objects.map((each) => ({ object: each, origin: 'file' }));
  return changeSnapshot(present, manifests, { kinds, remove, namespace: 'here' });
}

/** The rows of the server as they are once the manager has compiled everything, and then as they would be. */
async function rows(present: Snapshot, objects: KubeObject[], { remove = false, authored = [] as KubeObject[] } = {}) {
  const { snapshot, changes } = changed(present, objects, remove);
  const [before, after] = [await compileRules(present, signal), await compileRules(snapshot, signal)];
  const stored = [...before.rules.values(), ...authored] as Rule[];
  const texts = (rules: readonly Rule[]) => rules.map(({ spec }) => Object.values(spec).join(' ')).sort();
  return {
    changes: changes.map(({ action }) => action),
    before: texts(stored),
    after: texts(rulesAfter(stored, before, after)),
    problems: [...after.problems],
  };
}

describe('the rows after a change', () => {
  test('of a policy are its new ones, whoever holds it', async () => {
    const present = snapshotOf(tenant, aPolicy(['getPod']), aBinding());
    expect(await rows(present, [aPolicy(['listPods'])])).toMatchObject({
      changes: ['changed'],
      before: ['g t##user##bob pol-a *', 'p pol-a * * getPod allow'],
      after: ['g t##user##bob pol-a *', 'p pol-a * * listPods allow'],
    });
  });

  test('of new objects that refer to each other are all there', async () => {
    expect(await rows(snapshotOf(tenant), [aBinding(), aPolicy(['getPod'])])).toMatchObject({
      changes: ['added', 'added'],
      before: [],
      after: ['g t##user##bob pol-a *', 'p pol-a * * getPod allow'],
      problems: [],
    });
  });

  test('of a deleted policy are gone, and those of its bindings with them, which then have a problem', async () => {
    const present = snapshotOf(tenant, aPolicy(['getPod']), aBinding());
    expect(await rows(present, [aPolicy(['getPod'])], { remove: true })).toMatchObject({
      changes: ['removed'],
      after: [],
      problems: [['PolicyBinding/pb-a', [expect.stringContaining('pol-a')]]],
    });
  });

  test('follow what a tenant, an identity or a group means to a binding', async () => {
    const present = snapshotOf(tenant, aPolicy(['getPod']), aBinding([{ id: 'usr-1', name: 'bob' }]));
    const local = object(identityProvider, 't', { name: 't', type: 'local' });
    const identity = object(localIdentity, 'usr-1', { tenantID: 't', username: 'bob' });
    expect((await rows(present, [local])).after).toEqual(['p pol-a * * getPod allow']);
    expect((await rows(present, [local, identity])).after).toEqual([
      'g t##user##bob pol-a *',
      'p pol-a * * getPod allow',
    ]);
    const group = object(localGroup, 'grp-a', { tenantID: 't', displayName: 'g', users: [{ name: 'eve' }] });
    expect((await rows(present, [group])).after).toContain('g t##user##eve t##group##grp-a *');
  });

  test('keep what was written by hand, and what the manager has not undone yet', async () => {
    const authored = [object(rule, 'by-hand', { ptype: 'g', v0: 't##user##eve', v1: 'pol-a', v2: '*' })];
    const present = snapshotOf(tenant, aPolicy(['getPod']));
    expect((await rows(present, [aPolicy(['listPods'])], { authored })).after).toEqual([
      'g t##user##eve pol-a *',
      'p pol-a * * listPods allow',
    ]);
  });

  test('do not have what an object cannot grant, and the problem is told', async () => {
    const { after, problems } = await rows(snapshotOf(tenant), [aPolicy(['get|list', 'getPod'])]);
    expect(after).toEqual(['p pol-a * * getPod allow']);
    expect(problems).toEqual([['Policy/pol-a', [expect.stringContaining('"get|list"')]]]);
  });

  test('cannot be told of an object without the shape of its kind, and the object is named', async () => {
    const shapeless = object(policy, 'pol-a', { tenantID: 't' });
    await expect(rows(snapshotOf(tenant), [shapeless])).rejects.toMatchObject({
      code: 'FileInvalid',
      message: expect.stringContaining('Policy/pol-a'),
    });
  });
});

describe('a manifest', () => {
  test('says the whole spec, but for the tenant', async () => {
    const present = snapshotOf(tenant, aPolicy(['getPod']), aBinding());
    const binding = (spec: object) => object(policyBinding, 'pb-a', { policyID: 'pol-a', ...spec });
    expect((await rows(present, [binding({})])).after).toEqual(['p pol-a * * getPod allow']);
    expect((await rows(present, [binding({ users: [{ name: 'eve' }] })])).after).toContain('g t##user##eve pol-a *');
    expect((await rows(present, [aPolicy(['listPods'], 'deny', {})])).after).toContain('p pol-a * * listPods deny');
  });

  test('that changes nothing is unchanged; one of another kind is ignored; one that is not there cannot be removed', () => {
    const present = snapshotOf(tenant, aPolicy(['getPod']));
    const { spec, ...rest } = aPolicy(['getPod']) as KubeObject & { spec: object };
    const reordered = { ...rest, spec: Object.fromEntries(Object.entries(spec).reverse()) } as unknown as KubeObject;
    expect(changed(present, [reordered, object(coreKinds.secret, 's', {})]).changes).toEqual([
      { action: 'unchanged', object: 'Policy/pol-a' },
      { action: 'ignored', object: 'Secret/s' },
    ]);
    const withNull = { ...rest, spec: { ...spec, description: null } } as unknown as KubeObject;
    expect(changed(present, [withNull]).changes).toEqual([{ action: 'unchanged', object: 'Policy/pol-a' }]);
    expect(changed(present, [aBinding()], true).changes).toEqual([
      { action: 'unchanged', object: 'PolicyBinding/pb-a' },
    ]);
  });

  test('may move a namespace into a project by its label, and leaves other labels alone', () => {
    const namespace = object(coreKinds.namespace, 'shop', {}, { labels: { team: 'a' } });
    const present = snapshotOf(namespace);
    const labels = { 'business.tkestack.io/project': 'prj-a' };
    const { snapshot, changes } = changed(present, [object(coreKinds.namespace, 'shop', {}, { labels })]);
    expect(changes).toEqual([{ action: 'changed', object: 'Namespace/shop' }]);
    expect(snapshot.get('namespaces')?.[0]?.metadata.labels).toEqual({ team: 'a', ...labels });
  });

  test('leaves the snapshot it changes as it was', () => {
    const present = snapshotOf(tenant, aPolicy(['getPod']));
    const before = structuredClone([...present]);
    changed(present, [aPolicy(['listPods']), aBinding()]);
    expect([...present]).toEqual(before);
  });
});

test('a snapshot may be read as often as one likes, labels and all', async () => {
  const labelled = { ...aPolicy(['getPod']), metadata: { name: 'pol-a', labels: { a: 'b' } } };
  const present = snapshotOf(tenant, labelled, aBinding());
  const [first, second] = [await compileRules(present, signal), await compileRules(present, signal)];
  expect([...second.rules]).toEqual([...first.rules]);
  const rules = [...first.rules.values()];
  const basis = await basisOf(new Map(present).set(kindKey(rule), rules), { hubTenants: new Set(['t']) }, signal);
  const review = {
    user: 'bob',
    extra: { tenantid: ['t'] },
    resourceAttributes: { verb: 'get', resource: 'pods', name: 'x' },
  };
  expect(explainReview(basis, review).verdict.kind).toBe('allow');
  expect([basis.tenantNames, basis.defective]).toEqual([['t'], 0]);
});
