import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { identityProvider, policy, rule, sourceAnnotation } from '@tke/api-auth';
import { businessNamespace, platform } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import { userKey } from '@tke/authz';
import { followedKinds } from '@tke/authz-state';
import { coreKinds, kindKey, type ResourceAttributes } from '@tke/meta';

import { ObjectServer } from './testing/object-server.ts';
import { runService, settle } from './testing/running-service.ts';

jest.setTimeout(60_000);

type Service = Awaited<ReturnType<typeof runService>>;

const clusterKind = followedKinds.find(({ kind }) => kind === 'Cluster')!;

const allowed = { allowed: true };
const denied = { allowed: false, denied: true };
const noOpinion = { allowed: false, denied: false };
const getPod: ResourceAttributes = { verb: 'get', resource: 'pods', namespace: 'shop', name: 'web' };
const getPolicy: ResourceAttributes = { verb: 'get', group: policy.group, resource: policy.plural, name: 'pol-a' };
const allowAll = { spec: { ptype: 'p', v0: 'pol-all', v1: '*', v2: '*', v3: '*', v4: 'allow' } };

const ended: Service[] = [];

/** Tenant t, whose user ann holds everything. */
function tenantServer(held?: ConstructorParameters<typeof ObjectServer>[0]): ObjectServer {
  const server = new ObjectServer(held);
  server.put(identityProvider, 't', { spec: { name: 't', type: 'local', administrators: ['root'] } });
  server.put(rule, 'all', allowAll);
  server.put(rule, 'ann', { spec: { ptype: 'g', v0: userKey('t', 'ann'), v1: 'pol-all', v2: '*' } });
  return server;
}

async function run(server: ObjectServer): Promise<Service> {
  const service = await runService(server);
  ended.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(ended.splice(0).map((service) => service.end()));
});

test('watches what its permissions are for, and nothing else', async () => {
  const server = tenantServer();
  await run(server);
  expect([...server.watched].sort()).toEqual(followedKinds.map(kindKey).sort());
});

test.each([rule, identityProvider, policy])('answers nothing before all $plural are read', async (held) => {
  const { handler, readyChecks, ask } = await run(tenantServer(held));
  expect(handler.ready()).toBe(false);
  expect(readyChecks.rules).toThrow('still being read');
  expect(() => ask(getPod)).toThrow(expect.objectContaining({ code: 'RulesNotSynced' }));
});

describe('the certificate of the caller', () => {
  test.each([
    ['kube-apiserver', undefined],
    ['cluster:cls-1', 'cls-1'],
  ])('%s speaks for cluster %s', async (commonName, cluster) => {
    const { askAs } = await run(tenantServer());
    expect(askAs(commonName, getPod, cluster)).toMatchObject({ denied: false });
  });

  test.each([
    ['cluster:cls-1', undefined],
    ['anybody', undefined],
    ['', undefined],
    [undefined, undefined],
    ['kube-apiserver', 'cls-1'],
    ['cluster:cls-2', 'cls-1'],
    ['cls-1', 'cls-1'],
    [undefined, 'cls-1'],
  ])('%s does not speak for cluster %s', async (commonName, cluster) => {
    const { askAs } = await run(tenantServer());
    expect(() => askAs(commonName, getPod, cluster)).toThrow(expect.objectContaining({ code: 'Forbidden' }));
  });
});

describe('the certificate of a cluster', () => {
  const created = Date.UTC(2026, 5, 1);
  const minutes = 60_000;

  async function ask(organizations: readonly string[], notBefore = created) {
    const server = tenantServer();
    const metadata = { uid: 'uid-2', creationTimestamp: new Date(created).toISOString() };
    server.put(clusterKind, 'cls-1', { spec: { tenantID: 't' } }, metadata);
    const { askBy } = await run(server);
    const peer = { commonName: 'cluster:cls-1', organizations, fingerprint: '', notBefore };
    return () => askBy(peer, getPod, 'cls-1');
  }
  const refused = expect.objectContaining({ code: 'Forbidden', message: expect.stringContaining('earlier Cluster') });

  test('speaks for the Cluster with its UID', async () => {
    expect((await ask(['uid:uid-2']))()).toMatchObject(allowed);
  });

  test.each([[['uid:uid-1']], [['uid:uid-2', 'uid:uid-1']], [['uid:']]])(
    '%j speaks for none that came later',
    async (uids) => {
      expect(await ask(uids)).toThrow(refused);
    },
  );

  test('without a UID speaks for a Cluster that was there when it was made', async () => {
    expect((await ask([], created - 5 * minutes))()).toMatchObject(allowed);
    expect(await ask([], created - 6 * minutes)).toThrow(refused);
  });

  test('of a Cluster that is gone is told nothing', async () => {
    const { askBy } = await run(tenantServer());
    const peer = { commonName: 'cluster:cls-9', organizations: ['uid:x'], fingerprint: '', notBefore: 0 };
    expect(askBy(peer, getPod, 'cls-9')).toMatchObject(noOpinion);
  });
});

describe('what the watches bring', () => {
  test('rules come and go', async () => {
    const server = tenantServer();
    const { ask } = await run(server);
    expect(ask(getPod)).toMatchObject(allowed);
    server.delete(rule, 'ann');
    await settle();
    expect(ask(getPod)).toMatchObject(noOpinion);
  });

  test('the tenant of an object follows the object', async () => {
    const server = tenantServer();
    server.put(policy, 'pol-a', { spec: { tenantID: 'other' } });
    const { ask } = await run(server);
    expect(ask(getPolicy)).toMatchObject(denied);
    server.put(policy, 'pol-a', { spec: { tenantID: 't' } });
    await settle();
    expect(ask(getPolicy)).toMatchObject(allowed);
    server.put(policy, 'pol-a', { spec: { tenantID: 'other' } });
    server.delete(policy, 'pol-a');
    await settle();
    expect(ask(getPolicy)).toMatchObject(allowed);
    server.put(policy, 'pol-a', { spec: {} });
    await settle();
    expect(ask(getPolicy)).toMatchObject(noOpinion);
  });

  test('administrators and the tenant itself come and go', async () => {
    const server = tenantServer();
    const { ask } = await run(server);
    expect(ask(getPod, 'root')).toMatchObject(allowed);
    server.put(identityProvider, 't', { spec: { name: 't', type: 'local' } });
    await settle();
    expect([ask(getPod, 'root'), ask(getPod)]).toMatchObject([noOpinion, allowed]);
    server.delete(identityProvider, 't');
    await settle();
    expect(ask(getPod)).toMatchObject(noOpinion);
  });

  test('the project of a namespace is its label’s', async () => {
    const server = tenantServer();
    server.put(rule, 'bob', { spec: { ptype: 'g', v0: userKey('t', 'bob'), v1: 'pol-all', v2: 'prj-a' } });
    server.put(coreKinds.namespace, 'shop', {}, { labels: { 'business.tkestack.io/project': 'prj-a' } });
    const { ask } = await run(server);
    expect(ask(getPod, 'bob')).toMatchObject(allowed);
    server.delete(coreKinds.namespace, 'shop');
    await settle();
    expect(ask(getPod, 'bob')).toMatchObject(noOpinion);
  });
});

describe('the projects of namespaces in members', () => {
  const uid = { status: { memberUID: 'f3' } };
  const web = { spec: { tenantID: 't', clusterName: 'cls-1', namespace: 'shop' } };

  /** Whether bob, who holds everything in each of the projects, may get a pod in namespace shop of cls-1. */
  async function member(...projects: string[]) {
    const server = tenantServer();
    server.put(cluster, 'cls-1', { spec: { tenantID: 't' } });
    for (const project of projects) {
      server.put(rule, project, { spec: { ptype: 'g', v0: userKey('t', 'bob'), v1: 'pol-all', v2: project } });
    }
    const { askAs } = await run(server);
    const put = async (name: string, content: object, metadata: object) => {
      server.put(businessNamespace, name, { ...web, ...content }, metadata);
      await settle();
    };
    return { server, put, may: () => askAs('cluster:cls-1', getPod, 'cls-1', 'bob') };
  }

  test('is that of the Namespace, while the manager says that it saw it there', async () => {
    const { server, put, may } = await member('prj-a');
    await put('a', {}, { namespace: 'prj-a' });
    expect(may()).toMatchObject(noOpinion);
    await put('a', uid, { namespace: 'prj-a' });
    expect(may()).toMatchObject(allowed);
    await put('a', {}, { namespace: 'prj-a' });
    expect(may()).toMatchObject(noOpinion);
    await put('a', uid, { namespace: 'prj-a' });
    server.delete(businessNamespace, 'a');
    await settle();
    expect(may()).toMatchObject(noOpinion);
  });

  test('follows a move, and is nobody’s while two say it is theirs', async () => {
    const { put, may } = await member('prj-b');
    await put('a', uid, { namespace: 'prj-a' });
    expect(may()).toMatchObject(noOpinion);
    await put('b', uid, { namespace: 'prj-b' });
    expect(may()).toMatchObject(noOpinion);
    await put('a', {}, { namespace: 'prj-a' });
    expect(may()).toMatchObject(allowed);
  });

  test('ends with the object, also where another took its name without a word in between', async () => {
    const { put, may } = await member('prj-a');
    await put('a', uid, { namespace: 'prj-a', uid: '1' });
    expect(may()).toMatchObject(allowed);
    await put('a', { spec: { ...web.spec, namespace: 'other' }, ...uid }, { namespace: 'prj-a', uid: '2' });
    expect(may()).toMatchObject(noOpinion);
  });
});

test('a Platform names administrators of its tenant, beside those of the IdentityProvider', async () => {
  const server = tenantServer();
  const { ask } = await run(server);
  server.put(platform, 'plf', { spec: { tenantID: 't', administrators: ['eve'] } });
  server.put(platform, 'stray', { spec: { administrators: ['mallory'] } });
  await settle();
  expect([ask(getPod, 'eve'), ask(getPod, 'root'), ask(getPod, 'mallory')]).toMatchObject([
    allowed,
    allowed,
    noOpinion,
  ]);
  server.put(platform, 'plf', { spec: { tenantID: 't' } });
  await settle();
  expect([ask(getPod, 'eve'), ask(getPod, 'root')]).toMatchObject([noOpinion, allowed]);
  server.put(platform, 'plf', { spec: { tenantID: 't', administrators: ['root'] } });
  server.delete(platform, 'plf');
  await settle();
  expect(ask(getPod, 'root')).toMatchObject(allowed);
});

test('a defective rule is told once and counted until it is mended', async () => {
  const server = tenantServer();
  const { log, metrics, ask } = await run(server);
  const source = { annotations: { [sourceAnnotation]: 'Policy/pol-bad' } };
  const bad = { spec: { ...allowAll.spec, v3: 'get|list' } };
  server.put(rule, 'bad', bad, source);
  await settle();
  server.put(rule, 'bad', bad, { ...source, labels: { touched: 'yes' } });
  await settle();
  const lines = log()
    .split('\n')
    .filter((line) => line.includes('takes part in no decision'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: 'warn',
      rule: 'bad',
      source: 'Policy/pol-bad',
      defects: [expect.objectContaining({ field: 'v3', value: 'get|list' })],
    }),
  ]);
  expect(await metrics.expose()).toMatch(/^tke_authz_rules 2\n[^]*^tke_authz_defective_rules 1$/m);
  server.put(rule, 'bad', allowAll);
  await settle();
  expect(await metrics.expose()).toMatch(/^tke_authz_rules 3\n[^]*^tke_authz_defective_rules 0$/m);
  expect(ask(getPod)).toMatchObject(allowed);
});

test('a watch without an event or a bookmark for more than ten minutes makes it unready', async () => {
  const server = tenantServer();
  const { clock, handler, readyChecks } = await run(server);
  await clock.advance(600_000);
  expect(handler.ready()).toBe(true);
  expect(readyChecks.watches).not.toThrow();
  followedKinds.filter((kind) => kind !== rule).forEach((kind) => server.bookmark(kind));
  await settle();
  await clock.advance(1_000);
  expect(handler.ready()).toBe(false);
  expect(readyChecks.watches).toThrow('nothing heard of rules.auth.tkestack.io for more than 10 minutes');
  server.bookmark(rule);
  await settle();
  expect(readyChecks.watches).not.toThrow();
});

test.each([-86_400_000, 86_400_000])('a wall clock that jumps by %d ms changes no answer', async (jumpMs) => {
  const server = tenantServer();
  const { clock, handler, ask } = await run(server);
  clock.setWall(clock.now() + jumpMs);
  await clock.advance(1_000);
  expect(handler.ready()).toBe(true);
  expect(ask(getPod)).toMatchObject(allowed);
  server.delete(rule, 'ann');
  await settle();
  expect(ask(getPod)).toMatchObject(noOpinion);
});

test('while thousands of Rules are replaced at once, answers that none of them is about stay right', async () => {
  const count = 10_000;
  const grantTo = (user: string) => ({ spec: { ptype: 'g', v0: userKey('t', user), v1: 'pol-all', v2: '*' } });
  const server = tenantServer();
  for (let index = 0; index < count; index += 1) {
    server.put(rule, `old-${index}`, grantTo(`old-${index}`));
  }
  const { ask, metrics } = await run(server);
  expect(ask(getPod, `old-${count - 1}`)).toMatchObject(allowed);
  for (let index = 0; index < count; index += 1) {
    server.delete(rule, `old-${index}`);
    server.put(rule, `new-${index}`, grantTo(`new-${index}`));
  }
  const last = () => ask(getPod, `new-${count - 1}`) as { readonly allowed: boolean };
  for (let turn = 0; turn < 100_000 && !last().allowed; turn += 1) {
    expect(ask(getPod)).toMatchObject(allowed);
    expect(ask(getPod, 'nobody')).toMatchObject(noOpinion);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(last()).toMatchObject(allowed);
  expect(ask(getPod, 'old-0')).toMatchObject(noOpinion);
  expect(ask(getPod, `old-${count - 1}`)).toMatchObject(noOpinion);
  expect(await metrics.expose()).toContain(`tke_authz_rules ${count + 2}\n`);
});

describe('what can be seen from outside', () => {
  test('an answer names the version of the rules it was made from', async () => {
    const server = tenantServer();
    const { ask } = await run(server);
    const versionOf = async () => / \(rules at (\d+)\)$/.exec((await ask(getPod)).reason ?? '')?.[1];
    const before = Number(await versionOf());
    expect(before).toBeGreaterThan(0);
    server.put(policy, 'pol-b', { spec: { tenantID: 't' } }); // no rule
    await settle();
    expect(Number(await versionOf())).toBe(before);
    server.delete(rule, 'ann');
    await settle();
    expect(Number(await versionOf())).toBeGreaterThan(before);
  });

  test('decisions are counted by result and timed, clusters by kind', async () => {
    const { ask, askAs, metrics } = await run(tenantServer());
    await ask(getPod);
    await ask(getPod);
    await ask(getPod, 'nobody');
    await askAs('cluster:cls-1', getPod, 'cls-1');
    expect(() => askAs('cluster:cls-1', getPod)).toThrow(expect.objectContaining({ code: 'Forbidden' }));
    const text = await metrics.expose();
    const counted = [...text.matchAll(/^tke_authz_decisions_total\{cluster="(\w+)",result="(\w+)"\} (\d+)$/gm)];
    expect(
      Object.fromEntries(counted.map(([, cluster, result, count]) => [`${cluster} ${result}`, Number(count)])),
    ).toEqual({
      'hub allow': 2,
      'hub deny': 0,
      'hub noOpinion': 1,
      'hub error': 0,
      'member allow': 0,
      'member deny': 0,
      'member noOpinion': 1,
      'member error': 0,
    });
    expect(text).toContain('tke_authz_decision_duration_seconds_count{result="allow"} 2');
    expect(text).toContain('tke_authz_decision_duration_seconds_bucket{le="+Inf",result="noOpinion"} 2');
  });

  test('a decision that cannot be made counts as an error', async () => {
    const { ask, metrics } = await run(tenantServer(rule));
    expect(() => ask(getPod)).toThrow(expect.objectContaining({ code: 'RulesNotSynced' }));
    expect(await metrics.expose()).toContain('tke_authz_decisions_total{cluster="hub",result="error"} 1');
  });

  test('the age of what is known, and its version, are metrics', async () => {
    const server = tenantServer();
    const { clock, metrics, log } = await run(server);
    await clock.advance(30_000);
    followedKinds.slice(1).forEach((kind) => server.bookmark(kind));
    await settle();
    const text = await metrics.expose();
    expect(text).toContain('tke_authz_snapshot_age_seconds 30');
    expect(Number(/^tke_authz_rules_revision (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(log()).toBe('');
  });

  test('decisions are logged', async () => {
    const { ask, log } = await run(tenantServer());
    await ask(getPod);
    expect(JSON.parse(log())).toMatchObject({ logger: 'decisions', user: 'ann', tenant: 't', decision: 'allow' });
  });
});
