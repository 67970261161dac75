import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import {
  customPolicyBinding,
  identityProvider,
  localGroup,
  localIdentity,
  policy,
  policyBinding,
  projectPolicyBinding,
  role,
  roleBinding,
  rule,
  type Rule,
} from '@tke/api-auth';
import { crdManifest } from '@tke/crd';
import { uniqueName, waitFor } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import {
  aCustomPolicyBinding,
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
  aRule,
  aTenant,
  statement,
} from './testing/objects.ts';
import { RuleWriter } from './rules/rule-writer.ts';
import { cacheOf } from './testing/cache-of.ts';
import { Platform } from './testing/platform.ts';

jest.setTimeout(120_000);

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.startManager();
  // Several tests share it; those that change a tenant bring their own.
  await platform.apply(aTenant('default'));
});
afterAll(() => platform.stop());

/** Names that belong to one test. */
function names() {
  const id = uniqueName('t');
  return {
    id,
    pol: `pol-${id}`,
    pb: `pb-${id}`,
    rol: `rol-${id}`,
    rlb: `rlb-${id}`,
    grp: `grp-${id}`,
    usr: `usr-${id}`,
    prj: `prj-${id}`,
  };
}

const noRules = async (...sources: string[]) => {
  for (const source of sources) {
    await platform.untilRows(source, []);
  }
};

describe('the life of a binding', () => {
  test('rows appear, follow the spec, and go with it', async () => {
    const { id, pol, pb, usr, grp } = names();
    const binding = (spec: object) => aPolicyBinding(pb, { policyID: pol, ...spec });
    await platform.apply(aPolicy(pol), anIdentity(usr, id), aGroup(grp), binding({ users: [{ id: usr }] }));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    await platform.untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
    const ready = await platform.untilReason(policyBinding, binding({}), 'Succeeded');
    expect(ready.message).toBe('1 rule');

    await platform.apply(binding({ users: [], groups: [{ id: grp }] }));
    await platform.untilRows(`PolicyBinding/${pb}`, [`g default##group##${grp} ${pol} *`]);
    const { status } = await platform.admin.get(policyBinding, { name: pb });
    expect(status).toMatchObject({ rules: 1, phase: 'Active', groups: [{ id: grp, name: grp }] });
    expect(status?.users).toBeUndefined();

    await platform.remove(policyBinding, pb);
    expect(await platform.rowsOf(`PolicyBinding/${pb}`)).toEqual([]);
    expect(await platform.rowsOf(`Policy/${pol}`)).toHaveLength(1);
    expect(platform.events).toContainEqual({
      object: `PolicyBinding/${pb}`,
      type: 'Normal',
      reason: 'Succeeded',
      note: '1 rule',
    });
  });

  test('the policy shows whom its bindings reach', async () => {
    const { id, pol, pb, usr } = names();
    await platform.apply(
      aPolicy(pol),
      anIdentity(usr, id),
      aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }] }),
    );
    const shown = async () => (await platform.admin.get(policy, { name: pol })).status?.users;
    expect(await waitFor(shown, { description: 'users in the status' })).toEqual([{ id: usr, name: id }]);
    await platform.remove(policyBinding, pb);
    await waitFor(async () => (await shown()) === undefined, { description: 'no users in the status' });
  });

  test('rows follow the statement of the policy', async () => {
    const { pol } = names();
    await platform.apply(aPolicy(pol, { statement: statement(['get*', 'list*'], ['pod:*']) }));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * pod:* get* allow`, `p ${pol} * pod:* list* allow`]);
    await platform.apply(aPolicy(pol, { statement: statement(['get*'], ['pod:*', 'secret:*'], 'deny') }));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * pod:* get* deny`, `p ${pol} * secret:* get* deny`]);
  });

  test('two bindings of one row own a Rule each', async () => {
    const { id, pol, pb, usr } = names();
    const row = `g default##user##${id} ${pol} *`;
    const binding = (name: string) => aPolicyBinding(name, { policyID: pol, users: [{ id: usr }] });
    await platform.apply(aPolicy(pol), anIdentity(usr, id), binding(`${pb}-1`), binding(`${pb}-2`));
    await platform.untilRows(`PolicyBinding/${pb}-1`, [row]);
    await platform.untilRows(`PolicyBinding/${pb}-2`, [row]);
    await platform.remove(policyBinding, `${pb}-1`);
    expect(await platform.rowsOf(`PolicyBinding/${pb}-1`)).toEqual([]);
    expect(await platform.rowsOf(`PolicyBinding/${pb}-2`)).toEqual([row]);
  });

  test('a policy granted by a role alone has its rows', async () => {
    const { id, pol, rol, rlb, usr, prj } = names();
    await platform.apply(
      aPolicy(pol),
      anIdentity(usr, id),
      aRole(rol, { policies: [pol], projectID: prj }),
      aRoleBinding(rlb, { roleID: rol, users: [{ id: usr }] }),
    );
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    await platform.untilRows(`Role/${rol}`, [`g ${rol} ${pol} ${prj}`]);
    await platform.untilRows(`RoleBinding/${rlb}`, [`g default##user##${id} ${rol} ${prj}`]);
  });

  test('a custom binding in a namespace follows its policy and leaves nothing', async () => {
    const { pol } = names();
    const binding = aCustomPolicyBinding('default', { policyID: pol, resources: ['chart:a'], users: [{ name: '*' }] });
    await platform.apply(aPolicy(pol, { statement: statement(['getChart'], ['-']) }), binding);
    const source = `CustomPolicyBinding/default/${pol}`;
    const link = `g default##user##* default-${pol} *`;
    await platform.untilRows(source, [`p default-${pol} * chart:a getChart allow`, link]);
    await platform.apply(aPolicy(pol, { statement: statement(['listCharts'], ['-']) }));
    await platform.untilRows(source, [`p default-${pol} * chart:a listCharts allow`, link]);
    await platform.remove(customPolicyBinding, pol, 'default');
    expect(await platform.rowsOf(source)).toEqual([]);
  });
});

describe('drift', () => {
  const stored = async (source: string): Promise<Rule> => {
    const { items } = await platform.admin.list(rule);
    return items.find(({ metadata }) => metadata.annotations?.['auth.tkestack.io/source'] === source)!;
  };
  const kubectl = async (...args: string[]) => {
    expect(await platform.controlPlane.kubectl(args)).toMatchObject({ code: 0 });
  };

  test.each<[string, (name: string) => string[]]>([
    ['deleted', (name) => ['delete', 'rules.auth.tkestack.io', name]],
    [
      'edited',
      (name) => ['patch', 'rules.auth.tkestack.io', name, '--type=merge', '-p', '{"spec":{"v3":"*","v5":"x"}}'],
    ],
    ['without its label', (name) => ['label', 'rules.auth.tkestack.io', name, 'auth.tkestack.io/source-uid-']],
    ['without its annotation', (name) => ['annotate', 'rules.auth.tkestack.io', name, 'auth.tkestack.io/source-']],
    [
      'without its owner',
      (name) => [
        'patch',
        'rules.auth.tkestack.io',
        name,
        '--type=merge',
        '-p',
        '{"metadata":{"ownerReferences":null}}',
      ],
    ],
    [
      'without anything that tells of its source',
      (name) => [
        'patch',
        'rules.auth.tkestack.io',
        name,
        '--type=merge',
        '-p',
        '{"metadata":{"ownerReferences":null,"labels":null,"annotations":null}}',
      ],
    ],
  ])('a Rule that is %s is mended within seconds', async (_, command) => {
    const { pol } = names();
    await platform.apply(aPolicy(pol));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    const { metadata, spec } = await stored(`Policy/${pol}`);
    const { labels, annotations, ownerReferences } = metadata;
    const since = performance.now();
    await kubectl(...command(metadata.name!));
    const mended = async () => {
      const now = await platform.admin.get(rule, { name: metadata.name! });
      expect(now).toMatchObject({ spec, metadata: { labels, annotations, ownerReferences } });
      expect(now.spec).toEqual(spec);
      return true;
    };
    await waitFor(mended, { description: 'the Rule is as it was' });
    expect(performance.now() - since).toBeLessThan(5000);
  });

  test('a Rule that claims a source which does not list it is deleted', async () => {
    const { pol } = names();
    await platform.apply(aPolicy(pol));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    const { metadata } = await stored(`Policy/${pol}`);
    const { labels = {}, annotations = {} } = metadata;
    await platform.admin.create(
      rule,
      aRule(`rul-${pol}`, { ptype: 'p', v0: pol, v1: '*', v2: '*', v3: '*', v4: 'allow' }, { labels, annotations }),
    );
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
  });

  test('Rules of a source that vanished without us are deleted', async () => {
    const { pol } = names();
    const annotations = { 'auth.tkestack.io/source': `CustomPolicyBinding/default/${pol}` };
    const labels = { 'auth.tkestack.io/source-uid': 'gone' };
    const row = { ptype: 'g', v0: 'a', v1: 'b', v2: '*' } as const;
    await platform.apply(
      aRule(`rul-${pol}`, row, { annotations }),
      aRule(`rul-${pol}-2`, row, { annotations, labels }),
    );
    await noRules(`CustomPolicyBinding/default/${pol}`);
  });

  test('what changed while no manager ran', async () => {
    const { pol, pb, usr, id } = names();
    await platform.apply(
      aPolicy(pol),
      anIdentity(usr, id),
      aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }] }),
    );
    await platform.untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    await platform.stopManager();
    const { metadata } = await stored(`Policy/${pol}`);
    await kubectl('delete', 'rules.auth.tkestack.io', metadata.name!);
    await platform.admin.delete(policyBinding, { name: pb });
    await platform.startManager();
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    await noRules(`PolicyBinding/${pb}`);
    const { items } = await platform.admin.list(policyBinding);
    expect(items.map((item) => item.metadata.name)).not.toContain(pb);
  });
});

describe('writing', () => {
  test('what forbids comes before what it replaces goes, and goes last', async () => {
    const { pol } = names();
    const of = (effect: 'allow' | 'deny') => aPolicy(pol, { statement: statement(['get*', 'list*'], ['*'], effect) });
    await platform.apply(of('allow'));
    await platform.untilReason(policy, of('allow'), 'Succeeded');
    const { metadata } = await platform.admin.list(rule, { fieldSelector: `spec.v0=${pol}` });
    await platform.apply(of('deny'));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* deny`, `p ${pol} * * list* deny`]);
    await platform.apply(of('allow'));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`, `p ${pol} * * list* allow`]);
    const seen: string[] = [];
    const events = platform.admin.watch(rule, {
      fieldSelector: `spec.v0=${pol}`,
      resourceVersion: metadata.resourceVersion!,
    });
    for await (const event of events) {
      if (event.type !== 'BOOKMARK') {
        seen.push(`${event.type} ${event.object.spec.v4!}`);
      }
      if (seen.length === 8) {
        break;
      }
    }
    const twice = (text: string) => [text, text];
    expect(seen).toEqual(['ADDED deny', 'DELETED allow', 'ADDED allow', 'DELETED deny'].flatMap(twice));
  });

  test('a cache that lags behind does no harm', async () => {
    const { pol } = names();
    const stop = new AbortController();
    // Shows nothing of what is written, ever.
    const cache = await cacheOf([], stop.signal);
    const writer = new RuleWriter({ client: platform.admin, cache });
    await platform.stopManager();
    const stored = await platform.admin.create(policy, aPolicy(pol));
    const row = { ptype: 'p', v0: pol, v1: '*', v2: '*', v3: 'get*', v4: 'allow' } as const;
    await writer.write(policy, stored, [row], stop.signal);
    await writer.write(policy, stored, [row], stop.signal);
    const [written] = (await platform.admin.list(rule, { fieldSelector: `spec.v0=${pol}` })).items;
    expect(written?.metadata.generation).toBe(1);
    await platform.admin.patch(rule, { name: written!.metadata.name! }, { type: 'merge', body: { spec: { v3: '*' } } });
    await writer.write(policy, stored, [row], stop.signal);
    expect(await platform.rowsOf(`Policy/${pol}`)).toEqual([`p ${pol} * * get* allow`]);
    await writer.removeAll(stored.metadata.uid!, stop.signal);
    expect(await platform.rowsOf(`Policy/${pol}`)).toEqual([]);
    stop.abort();
    await platform.startManager();
  });

  test('what is not permitted is told, and tried again', async () => {
    const { pol } = names();
    const deny = (verb: string) => platform.setPermissions((permission) => !permission.verbs.includes(verb as never));
    await deny('create');
    await platform.apply(aPolicy(pol));
    const { message } = await platform.untilReason(policy, aPolicy(pol), 'Forbidden');
    expect(message).toMatch(/cannot create resource "rules"/);
    const { status } = await platform.admin.get(policy, { name: pol });
    expect(status?.conditions?.[0]).toMatchObject({
      type: 'Reconciling',
      status: 'True',
      reason: 'ProgressingWithRetry',
    });
    await platform.setPermissions(() => true);
    await platform.untilReason(policy, aPolicy(pol), 'Succeeded');
    expect(await platform.rowsOf(`Policy/${pol}`)).toHaveLength(1);
  });
});

describe('deletion leaves no Rule behind', () => {
  test('of a policy, nor of what bound it', async () => {
    const { id, pol, pb, rol, usr, prj } = names();
    const project = `${pol}-prj`;
    await platform.apply(
      aPolicy(pol),
      aPolicy(project, { scope: 'project' }),
      anIdentity(usr, id),
      aRole(rol, { policies: [pol, project] }),
      aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }] }),
      aProjectPolicyBinding({ policyID: project, projectID: prj, users: [{ id: usr }] }),
    );
    const sources = [
      `Policy/${pol}`,
      `Policy/${project}`,
      `PolicyBinding/${pb}`,
      `ProjectPolicyBinding/${prj}-${project}`,
    ];
    await platform.untilRows(`Role/${rol}`, [`g ${rol} ${pol} *`, `g ${rol} ${project} *`]);
    await platform.untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
    await platform.untilRows(`ProjectPolicyBinding/${prj}-${project}`, [`g default##user##${id} ${project} ${prj}`]);
    await platform.remove(policy, pol);
    await platform.remove(policy, project);
    await noRules(...sources, `Role/${rol}`);
    await platform.untilReason(policyBinding, aPolicyBinding(pb, { policyID: pol }), 'PolicyNotFound');
    await platform.untilReason(role, aRole(rol), 'PolicyNotFound');
  });

  test('of a role and of a group', async () => {
    const { id, pol, rol, rlb, grp, usr } = names();
    await platform.apply(
      aPolicy(pol),
      anIdentity(usr, id),
      aGroup(grp, { users: [{ id: usr }] }),
      aRole(rol, { policies: [pol] }),
      aRoleBinding(rlb, { roleID: rol, groups: [{ id: grp }] }),
    );
    await platform.untilRows(`LocalGroup/${grp}`, [`g default##user##${id} default##group##${grp} *`]);
    await platform.untilRows(`RoleBinding/${rlb}`, [`g default##group##${grp} ${rol} *`]);
    await platform.remove(localGroup, grp);
    await noRules(`LocalGroup/${grp}`, `RoleBinding/${rlb}`);
    await platform.remove(role, rol);
    await noRules(`Role/${rol}`);
    await platform.untilReason(roleBinding, aRoleBinding(rlb, { roleID: rol }), 'RoleNotFound');
  });

  test('a deletion is not held up by Rules that lost their labels', async () => {
    const { pol } = names();
    await platform.apply(aPolicy(pol));
    await platform.untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
    await platform.stopManager();
    const { items } = await platform.admin.list(rule);
    const own = items.find(({ spec }) => spec.v0 === pol)!.metadata.name!;
    await platform.admin.patch(rule, { name: own }, { type: 'merge', body: { metadata: { labels: null } } });
    await platform.admin.delete(policy, { name: pol });
    await platform.startManager();
    await noRules(`Policy/${pol}`);
  });
});

describe('users', () => {
  test('one that is re-created under the same name does not get the old grants', async () => {
    const { id, pol, pb, usr } = names();
    const binding = aPolicyBinding(pb, { policyID: pol, users: [{ id: usr, name: id }] });
    await platform.apply(aPolicy(pol), anIdentity(usr, id), binding);
    await platform.untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
    await platform.remove(localIdentity, usr);
    await noRules(`PolicyBinding/${pb}`);
    await platform.apply(anIdentity(`${usr}-again`, id));
    await platform.untilReason(localIdentity, anIdentity(`${usr}-again`, id), 'Succeeded');
    await platform.untilReason(policyBinding, binding, 'SubjectNotFound');
    expect(await platform.rowsOf(`PolicyBinding/${pb}`)).toEqual([]);
    const { status } = await platform.admin.get(policyBinding, { name: pb });
    expect(status?.unresolved).toEqual([{ kind: 'User', id: usr, reason: 'SubjectNotFound' }]);
  });

  test('a new name for an id is followed, unless the binding says another', async () => {
    const { id, pol, pb, usr } = names();
    await platform.apply(
      aPolicy(pol),
      anIdentity(usr, id),
      aPolicyBinding(`${pb}-id`, { policyID: pol, users: [{ id: usr }] }),
      aPolicyBinding(`${pb}-both`, { policyID: pol, users: [{ id: usr, name: id }] }),
    );
    await platform.untilRows(`PolicyBinding/${pb}-both`, [`g default##user##${id} ${pol} *`]);
    await platform.admin.delete(localIdentity, { name: usr });
    await platform.apply(anIdentity(usr, `${id}-new`));
    await platform.untilRows(`PolicyBinding/${pb}-id`, [`g default##user##${id}-new ${pol} *`]);
    await noRules(`PolicyBinding/${pb}-both`);
    await platform.untilReason(policyBinding, aPolicyBinding(`${pb}-both`, { policyID: pol }), 'SubjectMismatch');
  });

  test('the second to claim a user name is told, and follows when the first goes', async () => {
    const { id, pol, pb, usr } = names();
    const [first, second] = [anIdentity(`${usr}-1`, id), anIdentity(`${usr}-2`, id)];
    await platform.apply(first);
    await platform.untilReason(localIdentity, first, 'Succeeded');
    await platform.apply(aPolicy(pol), second, aPolicyBinding(pb, { policyID: pol, users: [{ id: `${usr}-2` }] }));
    await platform.untilReason(localIdentity, second, 'UsernameTaken');
    await platform.untilReason(policyBinding, aPolicyBinding(pb, { policyID: pol }), 'UsernameTaken');
    await platform.remove(localIdentity, `${usr}-1`);
    await platform.untilReason(localIdentity, second, 'Succeeded');
    await platform.untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
  });

  test('a password in clear is pointed out without being repeated', async () => {
    const { id, usr } = names();
    const hashedPassword = Buffer.from('open-sesame').toString('base64');
    await platform.apply(anIdentity(usr, id, { hashedPassword }));
    await platform.untilReason(localIdentity, anIdentity(usr, id), 'Succeeded');
    const { status } = await platform.admin.get(localIdentity, { name: usr });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'PlaintextPassword', status: 'True', reason: 'NotHashed' }),
    );
    expect(JSON.stringify(status)).not.toContain('open-sesame');
  });
});

describe('without webhooks', () => {
  test('whatever order objects come in, all is granted in the end', async () => {
    const { id, pol, pb, rol, rlb, grp, usr, prj } = names();
    const tenant = id.slice(0, 30).replace(/-$/, 'x');
    const of = { tenantID: tenant };
    const objects: KubeObject[] = [
      aPolicyBinding(pb, { ...of, policyID: pol, users: [{ id: usr }], groups: [{ id: grp }] }),
      aRoleBinding(rlb, { ...of, roleID: rol, groups: [{ id: grp }] }),
      aProjectPolicyBinding({ ...of, policyID: `${pol}-p`, projectID: prj, groups: [{ id: grp }] }),
      aRole(rol, { ...of, policies: [pol, `${pol}-p`] }),
      aGroup(grp, { ...of, users: [{ name: 'alice' }] }),
      anIdentity(usr, 'alice', of),
      aPolicy(pol, of),
      aPolicy(`${pol}-p`, { ...of, scope: 'project' }),
      aTenant(tenant),
    ];
    for (const object of objects) {
      await platform.apply(object);
    }
    await platform.untilRows(`PolicyBinding/${pb}`, [
      `g ${tenant}##group##${grp} ${pol} *`,
      `g ${tenant}##user##alice ${pol} *`,
    ]);
    await platform.untilRows(`RoleBinding/${rlb}`, [`g ${tenant}##group##${grp} ${rol} *`]);
    await platform.untilRows(`ProjectPolicyBinding/${prj}-${pol}-p`, [`g ${tenant}##group##${grp} ${pol}-p ${prj}`]);
    await platform.untilRows(`Role/${rol}`, [`g ${rol} ${pol} *`, `g ${rol} ${pol}-p *`]);
    await platform.untilRows(`LocalGroup/${grp}`, [`g ${tenant}##user##alice ${tenant}##group##${grp} *`]);
    await platform.untilReason(policyBinding, objects[0]!, 'Succeeded');
    await platform.untilReason(roleBinding, objects[1]!, 'Succeeded');
    await platform.untilReason(projectPolicyBinding, objects[2]!, 'Succeeded');
    await platform.untilReason(role, objects[3]!, 'Succeeded');
    await platform.untilReason(localGroup, objects[4]!, 'Succeeded');
    await platform.remove(identityProvider, tenant);
    await noRules(`PolicyBinding/${pb}`, `RoleBinding/${rlb}`, `LocalGroup/${grp}`);
    await platform.untilReason(policyBinding, objects[0]!, 'TenantNotFound');
  });

  test('a tenant that moves to a directory trusts the names its bindings give', async () => {
    const { id, pol, pb } = names();
    const tenant = id.slice(0, 30).replace(/-$/, 'x');
    const binding = aPolicyBinding(pb, { tenantID: tenant, policyID: pol, users: [{ id: 'uid-1', name: 'carol' }] });
    await platform.apply(aTenant(tenant), aPolicy(pol, { tenantID: tenant }), binding);
    await platform.untilReason(policyBinding, binding, 'SubjectNotFound');
    await platform.apply(aTenant(tenant, 'ldap'));
    await platform.untilRows(`PolicyBinding/${pb}`, [`g ${tenant}##user##carol ${pol} *`]);
    await platform.apply(aTenant(tenant, 'local'));
    await noRules(`PolicyBinding/${pb}`);
    await platform.admin.delete(identityProvider, { name: tenant });
  });

  test('a reference to another tenant is refused in the status, with everything that is wrong', async () => {
    const { id, pol, pb, usr } = names();
    const tenant = id.slice(0, 30).replace(/-$/, 'x');
    const binding = aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }, { id: 'usr-nobody' }] });
    await platform.apply(
      aTenant(tenant),
      aPolicy(pol, { tenantID: tenant }),
      anIdentity(usr, id, { tenantID: tenant }),
      binding,
    );
    const { message } = await platform.untilReason(policyBinding, binding, 'TenantMismatch');
    expect(message).toMatch(/spec\.policyID/);
    expect(message).toMatch(/spec\.users\[0\]/);
    expect(message).toMatch(/usr-nobody/);
    expect(await platform.rowsOf(`PolicyBinding/${pb}`)).toEqual([]);
    const { status } = await platform.admin.get(policyBinding, { name: pb });
    expect(status?.conditions?.map(({ type, status: is }) => `${type} ${is}`)).toEqual([
      'Reconciling False',
      'Stalled True',
      'Ready False',
    ]);
    expect(platform.events).toContainEqual(
      expect.objectContaining({ object: `PolicyBinding/${pb}`, type: 'Warning', reason: 'TenantMismatch' }),
    );
  });
});

/** The schema as it may have been: types, and nothing about values. */
function withoutRules(definition: KubeObject): KubeObject {
  const unruled = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return value;
    }
    const { 'x-kubernetes-validations': rules, pattern, ...rest } = value as Record<string, unknown>;
    return typeof pattern === 'string' || rules !== undefined ? rest : value;
  };
  return JSON.parse(JSON.stringify(definition, unruled)) as KubeObject;
}

/** A changed schema is in force some moments after it was written. */
async function untilTaken(object: KubeObject): Promise<void> {
  const taken = () => platform.apply(object).then(() => true);
  await waitFor(taken, { description: `${object.kind} is taken`, timeoutMs: 30_000, intervalMs: 200 });
}

describe('objects that were stored before the schema knew better', () => {
  beforeAll(() => platform.apply(...[policy, rule].map(crdManifest).map(withoutRules)));

  test('the rows that can be used stay, the others are named', async () => {
    const { pol } = names();
    await untilTaken(aPolicy(pol, { statement: statement(['get*', 'get(Pod)'], ['*', 'pod:a+b']) }));
    const { message } = await platform.untilReason(policy, aPolicy(pol), 'InvalidPattern');
    expect(message).toMatch(
      /spec\.statement\.actions\[1\].*spec\.statement|spec\.statement\.resources\[1\].*spec\.statement/,
    );
    expect(await platform.rowsOf(`Policy/${pol}`)).toEqual([`p ${pol} * * get* allow`]);
  });

  test('a Rule written by hand says whether it is used', async () => {
    const { id } = names();
    const good = aRule(`rul-good-${id}`, { ptype: 'g', v0: 'default##user##x', v1: 'pol-x', v2: '*' });
    const bad = aRule(`rul-bad-${id}`, { ptype: 'p', v0: 'pol-x', v1: 'prj-1', v2: '*', v3: 'get(Pod)', v4: 'allow' });
    await untilTaken(good);
    await untilTaken(bad);
    await platform.untilReason(rule, good, 'Succeeded');
    const { message } = await platform.untilReason(rule, bad, 'InvalidRule');
    expect(message).toMatch(/spec\.v1/);
    expect(message).toMatch(/spec\.v3/);
    await platform.apply({ ...bad, spec: { ...bad.spec, v1: '*', v3: 'getPod' } } as Rule);
    await platform.untilReason(rule, bad, 'Succeeded');
  });
});
