import { describe, expect, test } from '@jest/globals';
import type { BusinessNamespace, Project } from '@tke/api-business';

import { aNamespace, aProject, limits } from '../testing/objects.ts';
import { quotaProblem } from './grant.ts';

type Status = NonNullable<Project['status']>;

const parentWith = (status: Partial<Status>): Project => ({
  ...aProject('prj-p', { 'cls-a': { cpu: 10 } }),
  status: { cachedParent: '', ...status },
});

const child = (hard: Record<string, number>): BusinessNamespace => {
  const object = aNamespace('prj-p', ['cls-a', 'web'], hard);
  return { ...object, metadata: { ...object.metadata, uid: 'uid-web', generation: 1 } };
};

const charge = (index: number, hard: Record<string, number>) => ({
  ...{ kind: 'Namespace' as const, name: `cls-a-${index}`, uid: `uid-${index}`, generation: 1 },
  clusters: limits({ 'cls-a': hard }),
});

const stalled = (reason: string, message: string) => ({
  locked: true,
  conditions: [
    { type: 'Stalled', status: 'True' as const, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
});

const told = (parent: Project | undefined, hard = { cpu: 6 }) => {
  const problem = quotaProblem(parent, child(hard));
  return problem && `${problem.code} ${problem.message}`;
};

describe('a child without a grant is told', () => {
  test.each<[string, Project | undefined, string | undefined]>([
    ['nothing, when it only has to be written', parentWith({}), undefined],
    ['nothing, while the project has no limits yet', aProject('prj-p'), undefined],
    ['of no project', undefined, 'ProjectNotFound metadata.namespace: there is no Project prj-p'],
    [
      'what is free',
      parentWith({ charges: [charge(1, { cpu: 6 })] }),
      'QuotaExceeded cls-a cpu: 6 wanted, which must fit into what is left of the 10 of Project prj-p',
    ],
    [
      'that there are as many children as there is room for',
      parentWith({ charges: Array.from({ length: 1024 }, (_, i) => charge(i, { cpu: 0 })) }),
      'QuotaExceeded Project prj-p has no room for more: it has too many projects and namespaces below it, or they have too many limits',
    ],
    [
      'what is wrong with the project',
      parentWith(stalled('NamespaceTaken', 'namespace prj-p of the hub belongs to Project prj-x')),
      'ProjectLocked Project prj-p hands nothing on: NamespaceTaken',
    ],
    [
      'nothing of a project that hands on, whatever else is wrong with it',
      parentWith({ ...stalled('QuotaExceeded', 'less'), locked: false }),
      undefined,
    ],
  ])('%s', (_, parent, expected) => {
    expect(told(parent)).toBe(expected);
  });

  test('that the amounts of all children together are too many', () => {
    const kinds = Object.fromEntries(Array.from({ length: 47 }, (_, i) => [`example.com/resource-${i}`, 1]));
    const charges = Array.from({ length: 250 }, (_, i) => charge(i, { cpu: 0, ...kinds }));
    expect(told(parentWith({ charges }), { cpu: 1 })).toContain('has no room for more');
    expect(told(parentWith({ charges: charges.slice(100) }), { cpu: 1 })).toBeUndefined();
  });
});
