import { describe, expect, jest, test } from '@jest/globals';
import type { NsEmigration, Project } from '@tke/api-business';
import type { AdmissionRequest, MayReach } from '@tke/webhook';

import { emigrationReachProblems, projectReachProblems } from './reach.ts';

type Clusters = Record<string, { hard: Record<string, string> }>;

function project(parentProjectName: string, clusters: Clusters, members: string[] = []): Project {
  return {
    apiVersion: 'business.tkestack.io/v1',
    kind: 'Project',
    metadata: { name: 'prj-web' },
    spec: { tenantID: 'acme', displayName: 'web', parentProjectName, clusters, members },
  };
}

const userInfo = { uid: '', username: 'owner', groups: ['tenant:acme'], extra: {} };
const request = <T>(object?: T, oldObject?: T) =>
  ({ object, oldObject, userInfo }) as unknown as AdmissionRequest<T & Project>;

/** What was asked about the caller, and the fields that are refused when he may do none of it. */
function judged(object: Project | undefined, oldObject?: Project) {
  const mayReach = jest.fn<MayReach>(() => false);
  const problems = projectReachProblems(request(object, oldObject), mayReach);
  const asked = mayReach.mock.calls.map(([, { attributes, domain }]) => `${attributes.name ?? ''} in "${domain}"`);
  return { asked, refused: problems.map(({ field }) => field) };
}

const two = { 'cls-1': { hard: { pods: '2' } } };
const three = { 'cls-1': { hard: { pods: '3' } } };

describe('limits of a project come from above', () => {
  test.each<[string, Project | undefined, Project | undefined, string[], string[]]>([
    ['is deleted', undefined, project('prj-top', two), [], []],
    ['changes its members', project('', two, ['ann']), project('', two), [], []],
    ['is created without a parent', project('', two), undefined, [], []],
    [
      'is created below a parent',
      project('prj-top', two),
      undefined,
      ['prj-top in "prj-top"'],
      ['spec.parentProjectName'],
    ],
    ['is lowered', project('prj-top', two), project('prj-top', three), [], []],
    [
      'is limited in one kind more',
      project('', { 'cls-1': { hard: { pods: '2', cpu: '1' } } }),
      project('', two),
      [],
      [],
    ],
    [
      'is raised below a parent',
      project('prj-top', three),
      project('prj-top', two),
      ['prj-top in "prj-top"'],
      ['spec.clusters'],
    ],
    ['is raised at the top', project('', three), project('', two), ['prj-web in ""'], ['spec.clusters']],
    ['loses a limit', project('', { 'cls-1': { hard: {} } }), project('', two), ['prj-web in ""'], ['spec.clusters']],
    [
      'gets another cluster',
      project('', { ...two, 'cls-2': { hard: { pods: '1' } } }),
      project('', two),
      ['prj-web in ""'],
      ['spec.clusters'],
    ],
    [
      'moves to another parent',
      project('prj-b', two),
      project('prj-a', two),
      ['prj-b in "prj-b"'],
      ['spec.parentProjectName'],
    ],
    ['leaves its parent', project('', two), project('prj-a', two), ['prj-web in ""'], ['spec.parentProjectName']],
  ])('one that %s', (_what, object, oldObject, asked, refused) => {
    expect(judged(object, oldObject)).toEqual({ asked, refused });
  });

  test('and whoever may hand them on is not refused', () => {
    expect(projectReachProblems(request(project('prj-b', three), project('prj-a', two)), () => true)).toEqual([]);
  });
});

describe('a namespace that moves', () => {
  const emigration = { metadata: { namespace: 'prj-a' }, spec: { namespace: 'cls-1-web', destination: 'prj-b' } };
  const asked = (mayReach: MayReach, oldObject?: object) =>
    emigrationReachProblems(
      { object: emigration, oldObject, userInfo } as unknown as AdmissionRequest<NsEmigration>,
      mayReach,
    );

  test('is for who may create namespaces in the project it moves to', () => {
    const mayReach = jest.fn<MayReach>(() => false);
    expect(asked(mayReach)).toMatchObject([{ field: 'spec.destination', value: 'prj-b' }]);
    const attributes = { verb: 'create', group: 'business.tkestack.io', resource: 'namespaces', namespace: 'prj-b' };
    expect(mayReach).toHaveBeenCalledWith(userInfo, { attributes, domain: 'prj-b' });
    expect(asked(() => true)).toEqual([]);
  });

  test('is not asked about again when its labels change', () => {
    expect(asked(() => false, emigration)).toEqual([]);
  });
});
