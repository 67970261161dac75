import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { policy } from '@tke/api-auth';
import { ControlPlane, uniqueName, waitFor, type KubectlResult } from '@tke/envtest';
import { connect, impersonating } from '@tke/kube-client';
import { createLogger } from '@tke/log';

jest.setTimeout(300_000);

const root = join(import.meta.dirname, '..', '..');
const apiVersion = 'auth.tkestack.io/v1';

// A control plane of its own: these policies are about every request.
let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await ControlPlane.start();
  await must(['apply', '--server-side', '-k', join(root, 'config/crd')]);
  await must(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s']);
  const groups = ['auth', 'platform', 'business'].map((group) => `--resource=*.${group}.tkestack.io`);
  await must(['create', 'clusterrole', 'kinds', '--verb=*', ...groups]);
  const subresources = ['namespaces', 'namespaces/status', 'namespaces/finalize'].map((name) => `--resource=${name}`);
  await must(['create', 'clusterrole', 'namespaces', '--verb=*', ...subresources]);
  for (const role of ['kinds', 'namespaces']) {
    await must(['create', 'clusterrolebinding', role, `--clusterrole=${role}`, `--group=${role}`]);
  }
  await must(['create', 'rolebinding', 'owner', '--namespace=default', '--clusterrole=kinds', '--group=owners']);
  await must(['create', 'clusterrolebinding', 'root', '--clusterrole=cluster-admin', '--user=root']);
  await must(['apply', '--server-side', '-k', join(root, 'config/admission')]);
  await waitFor(
    async () => {
      const [object, kind] = [policyOf('aaa'), category()];
      const refused = await Promise.all([
        create(object, as('tenant:bbb'), '--dry-run=server'),
        create(kind, as('tenant:bbb'), '--dry-run=server'),
        relabel('default', ['--as=namespacer', '--as-group=namespaces']),
        report(await standing(project('aaa')), as('tenant:aaa')),
        create(shop('true'), owner, '--dry-run=server'),
        unfinish(await standing(project('aaa', ['business.tkestack.io/project'])), as('tenant:aaa')),
      ]);
      // Not by RBAC, which may not know of the bindings yet.
      return refused.every(({ stderr }) => stderr.includes('ValidatingAdmissionPolicy'));
    },
    { description: 'the policies are in force', timeoutMs: 90_000 },
  );
});

afterAll(() => cluster.stop());

async function must(args: readonly string[], input?: object): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, input && { input: JSON.stringify(input) });
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  }
  return stdout;
}

/** Flags of a user alice whom RBAC lets write all our kinds. */
function as(...groups: string[]): string[] {
  return ['--as=alice', ...['kinds', 'system:authenticated', ...groups].map((group) => `--as-group=${group}`)];
}

function create(object: object, ...flags: (string | string[])[]): Promise<KubectlResult> {
  return cluster.kubectl(['create', '-f', '-', ...flags.flat()], { input: JSON.stringify(object) });
}

const statement = { actions: ['get*'], resources: ['*'], effect: 'allow' as const };

function policyOf(tenantID: string | undefined) {
  const spec = { displayName: 'Test', category: 'test', statement, ...(tenantID !== undefined && { tenantID }) };
  return { apiVersion, kind: 'Policy', metadata: { name: uniqueName('pol-t') }, spec };
}

function category() {
  return { apiVersion, kind: 'Category', metadata: { name: uniqueName('cat') }, Spec: { displayName: 'Test' } };
}

async function stored<T extends { metadata: { name: string } }>(object: T): Promise<T> {
  await must(['create', '-f', '-'], object);
  return object;
}

const home = 'default';

function business(kind: string, spec: object, { name = uniqueName('prj-t'), finalizers = [] as string[] } = {}) {
  const metadata = { name, finalizers, ...(kind !== 'Project' && kind !== 'Platform' && { namespace: home }) };
  return { apiVersion: 'business.tkestack.io/v1', kind, metadata, spec };
}

function project(tenantID: string, finalizers: string[] = []) {
  return business('Project', { tenantID, displayName: 'Test' }, { finalizers });
}

function someCluster(tenantID: string) {
  const spec = { tenantID, type: 'Imported' };
  return {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name: `cls-${uniqueName('t').replaceAll('-', '')}` },
    spec,
  };
}

interface Standing {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
}

/** Created by the administrator. Kind and name as kubectl takes them. */
async function standing<T extends Standing>(object: T): Promise<string[]> {
  const { kind, apiVersion, metadata } = await stored(object);
  return [`${kind}.v1.${apiVersion.split('/')[0]!}`, metadata.name, `--namespace=${home}`];
}

/** Writes a status. */
function report(on: readonly string[], flags: readonly string[]): Promise<KubectlResult> {
  const patch = ['--type=merge', '--subresource=status', '-p', '{"status":{"phase":"Failed"}}'];
  return cluster.kubectl(['patch', ...on, ...patch, ...flags]);
}

/** Takes every finalizer off. */
function unfinish(on: readonly string[], flags: readonly string[]): Promise<KubectlResult> {
  return cluster.kubectl(['patch', ...on, '--type=merge', '-p', '{"metadata":{"finalizers":null}}', ...flags]);
}

const answers = {
  ok: { code: 0, stderr: '' },
  foreign: { code: 1, stderr: expect.stringContaining("must be 'aaa', the tenant of the caller: set spec.tenantID") },
};

describe('a user of a tenant', () => {
  test('creates objects of that tenant', async () => {
    expect(await create(policyOf('aaa'), as('tenant:aaa'))).toMatchObject(answers.ok);
  });

  test.each([
    ['another tenant', 'bbb'],
    ['no tenant', undefined],
    ['the empty tenant', ''],
  ])('creates none of %s', async (_, tenantID) => {
    expect(await create(policyOf(tenantID), as('tenant:aaa'))).toMatchObject(answers.foreign);
  });

  test('creates none of another tenant in a namespace', async () => {
    const spec = { tenantID: 'bbb', domain: '*', policyID: 'pol-a', resources: ['a:*'], rulePrefix: 'cg' };
    const metadata = { name: 'pol-a', namespace: 'default' };
    const object = { apiVersion, kind: 'CustomPolicyBinding', metadata, spec };
    expect(await create(object, as('tenant:aaa'))).toMatchObject(answers.foreign);
  });

  test.each([
    ['its own', 'aaa', 0],
    ['one of another tenant', 'bbb', 1],
  ])('changes and deletes %s, and reports on none: %s', async (_, tenantID, code) => {
    const { metadata } = await stored(policyOf(tenantID));
    const on = ['policies.auth.tkestack.io', metadata.name, ...as('tenant:aaa')];
    const commands = [
      ['patch', ...on, '--type=merge', '-p', '{"spec":{"displayName":"changed"}}'],
      ['patch', ...on, '--type=merge', '-p', '{"metadata":{"labels":{"a":"b"}}}'],
      ['delete', ...on],
    ];
    const report = ['patch', ...on, '--type=merge', '--subresource=status', '-p', '{"status":{"rules":7}}'];
    // Of an object of another tenant two policies refuse it, and either may be told.
    expect(await cluster.kubectl(report)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(code === 0 ? /must not write the status of policies/ : /must (not write|be 'aaa')/),
    });
    for (const command of commands) {
      expect(await cluster.kubectl(command)).toMatchObject(code === 0 ? answers.ok : answers.foreign);
    }
  });

  test('does not take over an object without a tenant', async () => {
    const { metadata } = await stored(policyOf(undefined));
    const args = ['patch', 'policies.auth.tkestack.io', metadata.name, '--type=merge', '-p'];
    expect(await cluster.kubectl([...args, '{"spec":{"tenantID":"aaa"}}', ...as('tenant:aaa')])).toMatchObject(
      answers.foreign,
    );
  });

  test('deletes none of another tenant among many', async () => {
    const { metadata } = await stored(policyOf('bbb'));
    const all = ['delete', '--raw', '/apis/auth.tkestack.io/v1/policies', ...as('tenant:aaa')];
    expect(await cluster.kubectl(all)).toMatchObject(answers.foreign);
    await must(['get', 'policies.auth.tkestack.io', metadata.name]);
  });

  test.each<[string, object]>([
    ['IdentityProvider', { spec: { name: 'Test', type: 'local' } }],
    ['Category', { Spec: { displayName: 'Test' } }],
    ['Rule', { spec: { ptype: 'g', v0: 'a', v1: 'b' } }],
    ['APISigningKey', {}],
  ])('writes no %s', async (kind, content) => {
    const object = { apiVersion, kind, metadata: { name: uniqueName('aaa') }, ...content };
    const refused = { code: 1, stderr: expect.stringContaining('which belong to the platform') };
    const { name } = object.metadata;
    expect(await create(object, as('tenant:aaa'))).toMatchObject(refused);
    await stored(object);
    const on = [`${kind.toLowerCase()}.auth.tkestack.io`, name, ...as('tenant:aaa')];
    expect(await cluster.kubectl(['annotate', ...on, 'a=b'])).toMatchObject(refused);
    expect(await cluster.kubectl(['delete', ...on])).toMatchObject(refused);
  });
});

describe('what the manager keeps', () => {
  const ofManager = { code: 1, stderr: expect.stringContaining('the manager says there what it observed') };
  const name = 'cls-x-web';

  test.each<[string, () => Standing]>([
    ['Project', () => project('aaa')],
    ['Namespace', () => business('Namespace', { tenantID: 'aaa', clusterName: 'cls-x', namespace: 'web' }, { name })],
    [
      'NsEmigration',
      () => business('NsEmigration', { tenantID: 'aaa', namespace: name, destination: 'prj-y' }, { name }),
    ],
    [
      'NamespaceCredential',
      () => business('NamespaceCredential', { tenantID: 'aaa', namespace: name, username: 'alice', request: 'x' }),
    ],
    ['Cluster', () => someCluster('aaa')],
  ])('the status of a %s is not for users of its tenant to write', async (_, make) => {
    const on = await standing(make());
    expect(await report(on, as('tenant:aaa'))).toMatchObject(ofManager);
    expect(await report(on, as())).toMatchObject(answers.ok);
    expect(await report(on, ['--as=system:serviceaccount:tke-system:tke-manager', '--as-group=kinds'])).toMatchObject(
      answers.ok,
    );
  });

  test('finalizers of ours stay, whoever asks in the tenant, in whatever way', async () => {
    const [ours, theirs] = ['business.tkestack.io/project', 'example.com/backup'];
    const stays = { code: 1, stderr: expect.stringContaining('those of tkestack.io must stay') };
    const object = project('aaa', [ours, theirs]);
    const on = await standing(object);
    expect(await unfinish(on, as('tenant:aaa'))).toMatchObject(stays);
    const replaced = { ...object, metadata: { ...object.metadata, finalizers: [theirs] } };
    const replace = ['replace', '-f', '-', ...as('tenant:aaa')];
    expect(await cluster.kubectl(replace, { input: JSON.stringify(replaced) })).toMatchObject(stays);
    expect(await cluster.kubectl(['delete', ...on, '--wait=false', ...as('tenant:aaa')])).toMatchObject({ code: 0 });
    expect(await unfinish(on, as('tenant:aaa'))).toMatchObject(stays);

    const kept = ['patch', ...on, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers: [ours] } })];
    expect(await cluster.kubectl([...kept, ...as('tenant:aaa')])).toMatchObject(answers.ok);
    expect(await unfinish(on, as())).toMatchObject(answers.ok);
  });

  test('annotations of moves stay as they are, whoever asks in the tenant', async () => {
    const moves = 'business.tkestack.io/emigration-from';
    const refused = { code: 1, stderr: expect.stringContaining('create an NsEmigration') };
    const marked = project('aaa');
    marked.metadata = { ...marked.metadata, annotations: { [moves]: 'prj-a' } } as typeof marked.metadata;
    expect(await create(marked, as('tenant:aaa'))).toMatchObject(refused);
    const plain = await standing(project('aaa'));
    const annotate = (on: readonly string[], text: string, flags: readonly string[]) =>
      cluster.kubectl(['annotate', ...on, text, '--overwrite', ...flags]);
    expect(await annotate(plain, `${moves}=prj-a`, as('tenant:aaa'))).toMatchObject(refused);
    const on = await standing(marked);
    expect(await annotate(on, `${moves}=prj-b`, as('tenant:aaa'))).toMatchObject(refused);
    expect(await annotate(on, `${moves}-`, as('tenant:aaa'))).toMatchObject(refused);
    expect(await annotate(on, 'other=b', as('tenant:aaa'))).toMatchObject(answers.ok);
    expect(await annotate(on, `${moves}-`, as())).toMatchObject(answers.ok);
  });

  test('credentials are given to who asks for them, and to nobody in his name', async () => {
    const ask = (username?: string) =>
      business('NamespaceCredential', {
        tenantID: 'aaa',
        namespace: name,
        request: 'a certificate request',
        ...(username !== undefined && { username }),
      });
    expect(await create(ask('alice'), as('tenant:aaa'))).toMatchObject(answers.ok);
    for (const other of ['bob', '', undefined]) {
      const refused = {
        code: 1,
        stderr: expect.stringContaining("spec.username: must be 'alice', the name of the caller"),
      };
      expect(await create(ask(other), as('tenant:aaa'))).toMatchObject(refused);
    }
    // Another one of the tenant may take it away again.
    const on = await standing(ask('bob'));
    expect(await cluster.kubectl(['label', ...on, 'a=b', ...as('tenant:aaa')])).toMatchObject(answers.ok);
    expect(await cluster.kubectl(['delete', ...on, ...as('tenant:aaa')])).toMatchObject(answers.ok);
  });
});

describe('the tenant of a caller', () => {
  test.each<[string, string[], Record<string, string[]>, string, RegExp | undefined]>([
    ['is in the extra', [], { 'tkestack.io/tenantid': ['aaa'] }, 'aaa', undefined],
    ['is in the extra, and not another one', [], { 'tkestack.io/tenantid': ['aaa'] }, 'bbb', /must be 'aaa'/],
    ['is in the extra as TKEStack names it', [], { tenantid: ['aaa'] }, 'bbb', /must be 'aaa'/],
    ['comes from the extra before the groups', ['tenant:bbb'], { tenantid: ['aaa'] }, 'bbb', /must be 'aaa'/],
    ['comes from the groups where the extra is empty', ['tenant:aaa'], { tenantid: [''] }, 'bbb', /must be 'aaa'/],
    ['is not one of two', ['tenant:aaa', 'tenant:bbb'], {}, 'aaa', /several tenants/],
    ['is not one of two in the extra', [], { 'tkestack.io/tenantid': ['aaa'], tenantid: ['bbb'] }, 'aaa', /several/],
  ])('%s', async (_, groups, extra, tenantID, refusal) => {
    const logger = createLogger({ level: 'error' });
    const admin = await connect({ kubeconfig: cluster.kubeconfigPath, userAgent: 'test', logger });
    const alice = impersonating(admin, { user: 'alice', groups: ['kinds', ...groups], extra });
    try {
      const created = alice.create(policy, policyOf(tenantID)).then(() => 'created', String);
      expect(await created).toMatch(refusal ?? /^created$/);
    } finally {
      await admin.close();
    }
  });

  test('is none for system: users and for administrators', async () => {
    const group = '--as-group=tenant:aaa';
    expect(await create(policyOf('bbb'), '--as=system:tester', '--as-group=kinds', group)).toMatchObject(answers.ok);
    expect(await create(policyOf(undefined))).toMatchObject(answers.ok);
    expect(await create(category(), as())).toMatchObject(answers.ok);
  });
});

const label = 'business.tkestack.io/project';
const namespacer = ['--as=namespacer', '--as-group=namespaces', '--as-group=tenant:aaa'];

/** Changes the project of a namespace, on the namespace or one of its subresources. */
async function relabel(name: string, flags: readonly string[], subresource = '', key = label): Promise<KubectlResult> {
  const namespace = JSON.parse(await must(['get', 'namespace', name, '-o', 'json'])) as {
    metadata: { labels: Record<string, string> };
  };
  namespace.metadata.labels[key] = 'prj-mine';
  const path = `/api/v1/namespaces/${name}${subresource}?dryRun=All`;
  return cluster.kubectl(['replace', '--raw', path, '-f', '-', ...flags], { input: JSON.stringify(namespace) });
}

describe('the project of a namespace', () => {
  const refused = { code: 1, stderr: expect.stringContaining('ask a platform administrator') };

  test.each(['', '/status', '/finalize'])('is not for who may only write namespaces%s', async (subresource) => {
    expect(await relabel('default', namespacer, subresource)).toMatchObject(refused);
  });

  test('nor for who creates one', async () => {
    const metadata = { name: uniqueName('ns'), labels: { [label]: 'prj-mine' } };
    expect(await create({ apiVersion: 'v1', kind: 'Namespace', metadata }, namespacer)).toMatchObject(refused);
  });

  test.each<[string, string[]]>([
    ['who may update IdentityProviders', ['--as=root']],
    ['members of system:masters', []],
    ['the manager', ['--as=system:serviceaccount:tke-system:tke-manager', '--as-group=namespaces']],
  ])('is for %s', async (_, flags) => {
    for (const subresource of ['', '/status', '/finalize']) {
      expect(await relabel('default', flags, subresource)).toMatchObject(answers.ok);
    }
  });

  test.each(['--as=root', '--as=system:serviceaccount:tke-system:tke-manager'])(
    'is not another one where a project gives the namespace its name, not by %s either',
    async (flag) => {
      const metadata = (project: string) => ({ name: 'prj-own', labels: { [label]: project } });
      const make = (project: string) =>
        create(
          { apiVersion: 'v1', kind: 'Namespace', metadata: metadata(project) },
          flag,
          '--as-group=namespaces',
          '--dry-run=server',
        );
      expect(await make('prj-other')).toMatchObject({ code: 1, stderr: expect.stringContaining("must be 'prj-own'") });
      expect(await make('prj-own')).toMatchObject(answers.ok);
    },
  );

  test('does not keep anybody from changing other labels', async () => {
    expect(await relabel('default', namespacer, '', 'other')).toMatchObject(answers.ok);
  });
});

/** Of a user whom RBAC lets write our kinds in one namespace, as somebody who owns one project. */
const owner = ['--as=owner', '--as-group=owners', '--as-group=tenant:aaa'];
const adopt = 'business.tkestack.io/adopt';

function shop(adopted: string | undefined) {
  const namespace = uniqueName('shop');
  const spec = { tenantID: 'aaa', clusterName: 'cls-x', namespace };
  const object = business('Namespace', spec, { name: `cls-x-${namespace}` });
  return { ...object, metadata: { ...object.metadata, ...(adopted && { annotations: { [adopt]: adopted } }) } };
}

describe('to take over a namespace of a cluster', () => {
  const refused = { code: 1, stderr: expect.stringContaining('ask an administrator of the tenant') };

  test('is not for the owner of one project to ask for, nor to take back', async () => {
    expect(await create(shop('true'), owner)).toMatchObject(refused);
    const plain = shop(undefined);
    expect(await create(plain, owner)).toMatchObject(answers.ok);
    const on = (name: string) => ['annotate', 'namespaces.business.tkestack.io', name, `--namespace=${home}`];
    expect(await cluster.kubectl([...on(plain.metadata.name), `${adopt}=true`, ...owner])).toMatchObject(refused);
    expect(await cluster.kubectl([...on(plain.metadata.name), 'a=b', ...owner])).toMatchObject(answers.ok);
    const { metadata } = await stored(shop('true'));
    expect(await cluster.kubectl([...on(metadata.name), `${adopt}-`, ...owner])).toMatchObject(refused);
    expect(await cluster.kubectl([...on(metadata.name), 'a=b', ...owner])).toMatchObject(answers.ok);
  });

  test.each<[string, string[]]>([
    ['administrators of the tenant, who may create Namespaces in every project', as('tenant:aaa')],
    ['administrators of the platform', ['--as=root']],
    ['the manager', ['--as=system:serviceaccount:tke-system:tke-manager', '--as-group=owners']],
  ])('is for %s', async (_, flags) => {
    expect(await create(shop('true'), flags)).toMatchObject(answers.ok);
  });
});
