import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { ClusterAccess, waitFor } from '@tke/envtest';

import { bundlePlugin } from '../tools/build.ts';
import { grant, HubUnderTest, patience, repository } from './hub-under-test.ts';
import { runPlugin } from './plugin.ts';

const minutes = 60_000;
jest.setTimeout(10 * minutes);
let hub: HubUnderTest;
let access: ClusterAccess;
let files: string;

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'tke-plugin-'));
  hub = await HubUnderTest.create();
  await Promise.all([hub.up(), bundlePlugin()]);
  access = await ClusterAccess.open(hub.folder);
  await hub.must(['apply', '-k', join(repository, 'config/samples')]);
  await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', 'pb,rlb,grp,rol', '--all']);
  // That they are Ready is known before the server that decides has heard of the last of them.
  await untilTold('alice', /^yes/, 'list', 'pods');
  await untilTold('bob', /^yes/, 'create', 'configmaps');
  await untilTold('bob', /pol-no-db-password/, 'get', 'secrets/db-password');
  await untilTold('carol', /^yes/, 'list', 'pods');
  await untilTold('carol', /^yes/, 'update', 'deployments.apps', '--subresource=scale');
}, 15 * minutes);

afterAll(async () => {
  await hub.remove();
  await rm(files, { recursive: true });
}, 5 * minutes);

/** Users of a tenant list what is theirs by naming it. */
function ofTenant(resources: string): readonly string[] {
  return ['get', resources, '-A', '--field-selector=spec.tenantID=default'];
}

function untilTold(user: string, answer: RegExp, ...question: string[]): Promise<unknown> {
  return waitFor(async () => answer.test(await hub.can(user, ...question)), {
    description: `${user} is told ${String(answer)} about ${question.join(' ')}`,
    timeoutMs: patience,
    intervalMs: 100,
  });
}

async function tke(args: readonly string[], { user, input = '' }: { user?: string; input?: string } = {}) {
  const kubeconfig = user === undefined ? access.kubeconfigPath : join(hub.folder, 'users', `${user}.kubeconfig`);
  return runPlugin(args, { kubectlPath: access.kubectlPath, kubeconfig, folder: files, input });
}

async function document<T>(...args: string[]): Promise<T> {
  const { stdout } = await tke([...args, '-o', 'json']);
  return JSON.parse(stdout) as T;
}

async function file(name: string, content: object[]): Promise<string> {
  const path = join(files, name);
  await writeFile(path, content.map((each) => `---\n${JSON.stringify(each)}\n`).join(''));
  return path;
}

interface Why {
  readonly decision: string;
  readonly reason: string;
  readonly grants: readonly { readonly policy: string; readonly chain: readonly { readonly source: string }[] }[];
  readonly denies: readonly { readonly policy: string; readonly applies: boolean }[];
  readonly nearest: readonly { readonly policy: string; readonly failed: string }[];
}

describe('kubectl tke why', () => {
  test('answers as the server does, with its reason', async () => {
    const questions = [
      ['alice', 'list', 'pods'],
      ['alice', 'get', 'pods/web', '--subresource=log'],
      ['alice', 'create', 'pods/web', '--subresource=exec'],
      ['alice', 'list', 'pods', '-A'],
      ['alice', 'get', 'pods/x', '-n', 'kube-system'],
      ['bob', 'get', 'secrets/web'],
      ['bob', 'get', 'secrets/db-password'],
      ['bob', 'list', 'secrets'],
      ['carol', 'update', 'deployments.apps/web', '--subresource=scale'],
      ['carol', 'delete', 'deploy/web'],
      // -A: auth can-i sends the namespace of the context for cluster-scoped kinds too.
      ['alice', 'get', 'policies/pol-developer', '-A'],
    ];
    for (const [user = '', ...question] of questions) {
      const mine = await document<Why>('why', user, ...question);
      const server = await hub.can(user, ...question);
      expect({ question, allowed: mine.decision === 'allow' }).toEqual({
        question,
        allowed: server.startsWith('yes'),
      });
      if (mine.decision !== 'allow') {
        expect(server).toContain(mine.reason);
      }
    }
  });

  test('prints the chain from the binding to the row, the denies, and for a no what came nearest', async () => {
    const yes = await document<Why>('why', 'carol', 'update', 'deploy/web');
    expect(yes.grants[0]?.chain.map(({ source }) => source)).toEqual([
      'RoleBinding/rlb-carol-operator',
      'Role/rol-operator',
    ]);
    const denied = await document<Why>('why', 'bob', 'list', 'secrets');
    expect(denied).toMatchObject({
      decision: 'deny',
      denies: [{ policy: 'pol-no-db-password', applies: true }],
      grants: [{ policy: 'pol-developer' }],
    });
    const no = await document<Why>('why', 'alice', 'delete', 'pods/web');
    expect(no.nearest[0]).toMatchObject({ policy: 'pol-pod-reader', failed: 'action' });
    const human = await tke(['why', 'carol', 'update', 'deploy/web']);
    expect(human).toMatchObject({ code: 0, stdout: expect.stringMatching(/^yes: policy pol-deployment-operator/) });
    expect(human.stdout).toMatch(/rol-operator holds pol-deployment-operator +Role\/rol-operator/);
    expect((await tke(['why', 'bob', 'list', 'secrets'])).code).toBe(1);
  });

  test('tells of a grant in another project, and what another owner of the namespace would change', async () => {
    const name = 'pol-default-project-viewer';
    await hub.apply({
      apiVersion: 'auth.tkestack.io/v1',
      kind: 'ProjectPolicyBinding',
      metadata: { name: `prj-shop-${name}` },
      spec: { tenantID: 'default', projectID: 'prj-shop', policyID: name, users: [{ id: 'usr-bob', name: 'bob' }] },
    });
    // Not Ready: there is no such Project.
    await hub.must(['wait', '--for=jsonpath={.status.rules}=1', '--timeout=120s', `ppb/prj-shop-${name}`]);
    const question = ['why', 'bob', 'list', 'services'];
    expect((await document<Why>(...question)).nearest[0]).toMatchObject({ policy: name, failed: 'project' });
    expect(await document<Why>(...question, '--project', 'prj-shop')).toMatchObject({ decision: 'allow' });
  });

  test('of somebody who may not read the rules is the server’s answer about himself', async () => {
    const own = await tke(['why', 'alice', 'list', 'pods'], { user: 'alice' });
    expect(own).toMatchObject({ code: 0, stdout: expect.stringContaining('PolicyBinding/pb-alice-pod-reader') });
    expect(own.stderr).toContain('answer of the server about you');
    const other = await tke(['why', 'bob', 'list', 'pods'], { user: 'alice' });
    expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('(RulesNotReadable)') });
  });

  test('lets no name reach the terminal that could write elsewhere', async () => {
    const { stdout, stderr } = await tke(['why', 'eve\u001b[2J\nyes: ', 'list', 'pods']);
    expect(`${stdout}${stderr}`).not.toMatch(/[^\n\P{C}]|^yes/mu);
  });
});

test('kubectl tke who-can lists who holds it and the administrators, and leaves out whom a policy denies it', async () => {
  const pods = (await tke(['who-can', 'list', 'pods'])).stdout;
  expect(pods).toMatch(/user alice +pol-pod-reader .*PolicyBinding\/pb-alice-pod-reader/);
  expect(pods).toMatch(/user carol +pol-pod-reader +user carol -> rol-operator/);
  expect(pods).toMatch(/administrator of the tenant/);
  expect(pods).not.toContain('bob');
  expect((await tke(['who-can', 'get', 'secrets/web'])).stdout).toContain('user bob');
  expect((await tke(['who-can', 'get', 'secrets/db-password'])).stdout).not.toContain('bob');
  // Users of a tenant list its own objects, which is what is meant where nothing is selected.
  expect((await tke(['who-can', 'list', 'policies'])).stdout).toMatch(/user admin +administrator of the tenant/);
});

test('kubectl tke can-i --list shows what kubectl auth can-i --list cannot know', async () => {
  const { stdout, code } = await tke(['can-i', '--list', '--as', 'bob']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/deny +all +\*Secret\* +namespace:default\/secret:db-password/);
  expect(stdout).toMatch(/allow +all +\*Configmap\*, \*Secret\* +namespace:default\/configmap:\*/);
  const builtin = await hub.kubectl(['auth', 'can-i', '--list'], { user: 'bob' });
  expect(builtin.stdout).not.toContain('secrets');
});

describe('kubectl tke simulate', () => {
  const { policy, binding } = grant('sim', 'alice', ['listServices']);

  test('tells before what the server answers after', async () => {
    const changed = await file('changed.yaml', [policy, binding]);
    const attributes = { verb: 'list', resource: 'services', namespace: 'default' };
    const asked = (user: string) => ({ user, groups: ['tenant:default'], resourceAttributes: attributes });
    const requests = await file('requests.yaml', [asked('alice'), asked('carol')]);
    const told = await document<{ changes: { spec: { user: string }; before: object; after: object }[] }>(
      'simulate',
      '-f',
      changed,
      '--requests',
      requests,
    );
    expect(told.changes).toMatchObject([
      { spec: { user: 'alice' }, before: { decision: 'noOpinion' }, after: { decision: 'allow' } },
    ]);
    expect(await hub.can('alice', 'list', 'services')).toMatch(/^no/);
    await hub.apply(policy);
    await hub.apply(binding);
    await untilTold('alice', /^yes/, 'list', 'services');
    expect(await hub.can('carol', 'list', 'services')).toMatch(/^no/);
    const again = await tke(['simulate', '-f', changed]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('no answer changes') });
  });

  test('asks by itself what the changed rows are about, of a change on standard input too', async () => {
    const narrower = {
      ...policy,
      spec: { ...policy.spec, statement: { ...policy.spec.statement, actions: ['getService'] } },
    };
    const { stdout, code } = await tke(['simulate', '-f', '-'], { input: JSON.stringify(narrower) });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Policy\/pol-sim +changed$/m);
    expect(stdout).toMatch(/^tried: .*2 in all, of 1 users and groups$/m);
    expect(stdout).toMatch(/^allow -> no opinion: user alice: listServices on namespace:\*$/m);
    expect(stdout).toMatch(/^no opinion -> allow: user alice: getService on namespace:\*$/m);
  });

  test('of a deletion tells who loses what, and which objects then refer to nothing', async () => {
    const { stdout, code } = await tke(['simulate', '--delete', '-f', await file('gone.yaml', [policy])]);
    expect(code).toBe(1);
    expect(stdout).toContain('allow -> no opinion: user alice: listServices on namespace:*');
    expect(stdout).toMatch(/^problem: PolicyBinding\/pb-sim: .*pol-sim does not exist$/m);
    expect((await hub.kubectl(['get', 'policy', 'pol-sim'])).code).toBe(0);
  });
});

describe('projects', () => {
  const [top, team] = ['prj-top', 'prj-team'];
  const { policy, binding } = grant('projects', 'bob', ['listProjects', 'listNamespaces']);

  beforeAll(async () => {
    const project = (name: string, cpu: string, more: object) => ({
      apiVersion: 'business.tkestack.io/v1',
      kind: 'Project',
      metadata: { name },
      spec: {
        tenantID: 'default',
        displayName: name,
        clusters: { 'cls-a': { hard: { 'requests.cpu': cpu } } },
        ...more,
      },
    });
    await hub.apply(project(top, '10', { members: ['bob'] }));
    await hub.apply(project(team, '4', { parentProjectName: top, members: ['carol'] }));
    const statement = { ...policy.spec.statement, resources: ['*'] };
    await hub.apply({ ...policy, spec: { ...policy.spec, statement } });
    await hub.apply(binding);
    // Not Ready: there is no such Cluster.
    await hub.must(['wait', '--for=jsonpath={.status.phase}=Active', '--timeout=120s', `prj/${top}`, `prj/${team}`]);
    await untilTold('bob', /^yes/, 'get', 'bns', '-n', top);
    await waitFor(async () => (await hub.kubectl(ofTenant('projects,bns'), { user: 'bob' })).code === 0, {
      description: 'bob lists projects and Namespaces of his tenant',
      timeoutMs: patience,
      intervalMs: 100,
    });
    await untilTold('carol', /^yes/, 'get', 'bns', '-n', team);
  }, 5 * minutes);

  test('kubectl tke quota prints the tree, of users of a tenant too', async () => {
    for (const user of [undefined, 'bob']) {
      const { stdout, code } = await tke(['quota', top], user === undefined ? {} : { user });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^prj-top +cls-a +requests\.cpu +10 +4 +6 +\[####\.{6}\] 40%$/m);
      expect(stdout).toMatch(/^ {2}prj-team +cls-a +requests\.cpu +4 +0 +4 +\[\.{10}\] 0%$/m);
    }
    const { projects } = await document<{ projects: { name: string; projects: { name: string }[] }[] }>('quota', top);
    expect(projects).toMatchObject([{ name: top, projects: [{ name: team }] }]);
    expect((await tke(['quota', top, '--cluster', 'cls-b'])).stdout).toBe('no projects\n');
    const refused = await tke(['quota'], { user: 'alice' });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('(ProjectsNotReadable)') });
    const missing = await tke(['quota', 'prj-none']);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('(ProjectNotFound)') });
  });

  test('kubectl tke me tells everybody his roles, and administrators those of others', async () => {
    expect((await tke(['me'])).stdout).toContain('the user belongs to no tenant');
    const told = await document<object>('me', '--as', 'bob');
    const projects = [{ name: top, displayName: top, roles: ['owner'], phase: 'Active' }];
    expect(told).toMatchObject({ user: 'bob', tenant: 'default', administrator: false, projects });
    const { stdout, stderr, code } = await tke(['me'], { user: 'bob' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^user bob of tenant default$/m);
    expect(stdout).toMatch(/^prj-top +prj-top +owner +Active$/m);
    expect(stdout).not.toContain(team);
    expect((await tke(['me', '--as', 'alice'])).stdout).toContain('no projects');
    const unknown = await tke(['me', 'prj-none'], { user: 'bob' });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('(ProjectNotFound)') });
  });

  test('who has nothing but a project is told of it, and sees its quota', async () => {
    expect((await hub.kubectl(['get', 'projects'], { user: 'carol' })).stderr).toContain('Forbidden');
    const { stdout } = await tke(['me'], { user: 'carol' });
    expect(stdout).toMatch(/^prj-team +prj-team +owner +Active +prj-top$/m);
    expect(stdout).not.toMatch(/^prj-top/m);
    expect((await tke(['quota'], { user: 'carol' })).stdout).toMatch(/^prj-team +cls-a +requests\.cpu +4 /m);
  });

  test('a Portal is answered to everybody who asks, about himself, and never stored', async () => {
    const portal = { apiVersion: 'business.tkestack.io/v1', kind: 'Portal', metadata: { name: 'me' } };
    const path = await file('portal.yaml', [{ ...portal, administrator: true, projects: { [top]: 'mine' } }]);
    const asked = await hub.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', path], { user: 'carol' });
    expect(JSON.parse(asked.stdout)).toMatchObject({
      ...{ user: 'carol', tenantID: 'default', administrator: false },
      ...{ projects: { [team]: team }, roles: { [team]: ['owner'] }, extension: { [team]: { parent: top } } },
    });
    expect(JSON.parse(asked.stdout).projects).not.toHaveProperty(top);
    expect((await hub.kubectl(['create', '-f', path], { user: 'carol' })).stderr).toContain(
      'Portal is a question to the server, which is answered and not stored: create it with --dry-run=server -o yaml',
    );
    expect((await hub.kubectl(['create', '-f', path])).stderr).toContain('create it with --dry-run=server');
    expect((await hub.must(['get', 'portals'])).trim()).toBe('');
  });
});
