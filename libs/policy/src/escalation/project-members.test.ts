import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { projectOwnerPolicy, type PolicyStatement } from '@tke/api-auth';
import { platform, project, type Platform, type Project } from '@tke/api-business';
import { apiVersionOf, type KubeObject } from '@tke/meta';

import { defaultPolicies, nameIn, seededSpec } from '../seeds/default-policies.ts';
import { compiledPlatform } from '../testing/compiled-platform.ts';
import { anIdentity, aPolicy, aPolicyBinding, aProjectPolicyBinding, aTenant, statement } from '../testing/objects.ts';
import { tenantUser } from '../testing/story.ts';
import { EscalationGuard } from './escalation-guard.ts';

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
});

const owner = projectOwnerPolicy('default');
const named = (name: string) => [{ id: `usr-${name}` }];

/** A policy as every tenant gets it. */
function shipped(name: string) {
  const found = defaultPolicies.find((each) => nameIn('default', each) === name)!;
  return aPolicy(name, seededSpec('default', found));
}

const aProject = (name: string, spec: Partial<Project['spec']> = {}): Project => ({
  apiVersion: apiVersionOf(project),
  kind: project.kind,
  metadata: { name },
  spec: { tenantID: 'default', displayName: name, ...spec },
});

const aPlatform = (administrators: string[]): Platform => ({
  apiVersion: apiVersionOf(platform),
  kind: platform.kind,
  metadata: { name: 'plf' },
  spec: { tenantID: 'default', administrators },
});

/** olga owns prj-a, mike is a member of it; root administers the tenant, and pia by a Platform; bea may bind the policy of owners. */
const stored: readonly KubeObject[] = [
  aTenant('default', 'local', { administrators: ['root'] }),
  ...['olga', 'mike', 'bea', 'max', 'dora'].map((name) => anIdentity(`usr-${name}`, name)),
  shipped(owner),
  shipped('pol-default-project-member'),
  aProjectPolicyBinding({ policyID: owner, projectID: 'prj-a', users: named('olga') }),
  aProjectPolicyBinding({ policyID: 'pol-default-project-member', projectID: 'prj-a', users: named('mike') }),
  aPolicy('pol-bind-owner', { statement: statement(['bindPolicy'], [`policy:${owner}`]) }),
  aPolicyBinding('pb-bea', { policyID: 'pol-bind-owner', users: named('bea') }),
  aPolicy('pol-everything', { statement: statement(['*']) }),
  aPolicyBinding('pb-max', { policyID: 'pol-everything', users: named('max') }),
  aPlatform(['pia']),
];

interface Write {
  readonly object?: Project;
  readonly oldObject?: Project;
}

async function refused(by: string, { object, oldObject }: Write, more: readonly KubeObject[] = []) {
  const replaced = new Set(more.map(({ metadata }) => metadata.name));
  const objects = [...stored.filter(({ metadata }) => !replaced.has(metadata.name)), ...more];
  const guard = new EscalationGuard(await compiledPlatform(objects, end.signal));
  const operation = object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE';
  const common = { uid: '1', operation, kind: project, name: 'prj', dryRun: false } as const;
  const sides = { ...(object && { object }), ...(oldObject && { oldObject }) };
  return guard.problems({ ...common, userInfo: tenantUser(by), ...sides });
}

const all = ['olga', 'mike', 'bea', 'max', 'dora', 'root', 'pia'];

/** Those of all users who may. */
async function allowed(write: Write, more?: readonly KubeObject[]): Promise<string[]> {
  const answers = await Promise.all(all.map(async (by) => [by, (await refused(by, write, more)).length] as const));
  return answers.flatMap(([by, problems]) => (problems === 0 ? [by] : []));
}

describe('who names owners of a project', () => {
  const before = aProject('prj-a', { members: ['olga'] });

  test('owns it, administers the tenant or may bind the policy of owners', async () => {
    expect(await allowed({ oldObject: before, object: aProject('prj-a', { members: ['olga', 'dora'] }) })).toEqual([
      'olga',
      // Holds all that owners hold, everywhere.
      ...['bea', 'max', 'root', 'pia'],
    ]);
  });

  test('owns another project in vain', async () => {
    expect(await allowed({ object: aProject('prj-b', { members: ['olga'] }) })).toEqual(['bea', 'max', 'root', 'pia']);
  });

  test('owns the parent, for a project that is new below it', async () => {
    const object = aProject('prj-b', { members: ['dora'], parentProjectName: 'prj-a' });
    expect(await allowed({ object })).toEqual(['olga', 'bea', 'max', 'root', 'pia']);
  });

  test('does not take a project from its owners by moving it below his own', async () => {
    const others = aProject('prj-b', { members: ['dora'] });
    const moved = { parentProjectName: 'prj-a' };
    const members = ['dora', 'olga'];
    expect(await refused('olga', { oldObject: others, object: aProject('prj-b', { ...moved, members }) })).toHaveLength(
      1,
    );
    const below = aProject('prj-b', { ...moved, members: ['dora'] });
    expect(await refused('olga', { oldObject: below, object: aProject('prj-b', { ...moved, members }) })).toHaveLength(
      1,
    );
  });

  test('needs nothing to take people out, himself as well, nor for anything else', async () => {
    expect(await allowed({ oldObject: before, object: aProject('prj-a', { members: [] }) })).toEqual(all);
    expect(
      await allowed({ oldObject: before, object: aProject('prj-a', { members: ['olga'], displayName: 'x' }) }),
    ).toEqual(all);
    expect(await allowed({ oldObject: before })).toEqual(all);
    expect(await allowed({ object: aProject('prj-c') })).toEqual(all);
  });

  test('does not hand out what is denied to him', async () => {
    const object = aProject('prj-a', { members: ['olga', 'dora'] });
    const denying = aPolicy('pol-no-pods', { statement: statement(['*pod*'], ['*'], 'deny') });
    const denied = [denying, aPolicyBinding('pb-no-pods', { policyID: 'pol-no-pods', users: named('olga') })];
    expect(await allowed({ oldObject: before, object }, denied)).toEqual(['bea', 'max', 'root', 'pia']);
  });

  test('waits for the policy in vain where it does not exist: who makes it would say what owners may', async () => {
    const gone = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', name: owner } };
    const policyAway = { ...shipped(owner), ...gone };
    const object = aProject('prj-a', { members: ['dora'] });
    expect(await allowed({ oldObject: before, object }, [policyAway])).toEqual(['bea']);
  });

  test('is told which field, and who could', async () => {
    const problems = await refused('mike', { oldObject: before, object: aProject('prj-a', { members: ['mike'] }) });
    expect(problems).toMatchObject([
      {
        field: 'spec.members',
        type: 'Forbidden',
        value: owner,
        remedy: expect.stringContaining(`bindPolicy on policy:${owner}`),
      },
    ]);
    expect(problems[0]!.rule).toContain('in project prj-a');
  });

  test('administers the tenant only while a Platform of it says so', async () => {
    const object = aProject('prj-b', { members: ['dora'] });
    expect(await allowed({ object }, [aPlatform([])])).toEqual(['bea', 'max', 'root']);
    const foreign = { ...aPlatform(['pia']), spec: { tenantID: 'other', administrators: ['pia'] } };
    expect(await allowed({ object }, [foreign])).toEqual(['bea', 'max', 'root']);
  });
});

test('the policy of owners is shipped for projects', () => {
  const found = defaultPolicies.find((each) => nameIn('acme', each) === projectOwnerPolicy('acme'));
  expect(found).toMatchObject({ scope: 'project', effect: 'allow' });
  expect((found as unknown as PolicyStatement).actions.length).toBeGreaterThan(50);
});
