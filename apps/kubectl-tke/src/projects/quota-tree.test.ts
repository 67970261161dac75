import { describe, expect, test } from '@jest/globals';

import type { BusinessNamespace, Project } from '@tke/api-business';

import { quotaDocument, quotaLines } from '../commands/quota-view.ts';
import { inCluster, quotaTrees } from './quota-tree.ts';

type Hard = Record<string, Record<string, string>>;

function project(name: string, hard: Hard, { parent = '', used = {}, phase = 'Active' } = {}): Project {
  const limits = (lists: Hard, key: string) =>
    Object.fromEntries(Object.entries(lists).map(([cluster, list]) => [cluster, { [key]: list }]));
  const spec = { displayName: name.toUpperCase(), parentProjectName: parent, clusters: limits(hard, 'hard') };
  const status = {
    ...{ phase, cachedParent: parent, clusters: limits(used, 'used') },
    ...(parent !== '' && { cachedSpecClusters: limits(hard, 'hard') }),
  };
  return { apiVersion: '', kind: 'Project', metadata: { name }, spec, status } as unknown as Project;
}

function namespace(project: string, name: string, hard: object, used: object, phase = 'Available'): BusinessNamespace {
  const spec = { clusterName: 'cls-a', namespace: name, hard };
  const status = { phase, cachedSpecHard: hard, used };
  const metadata = { namespace: project, name: `cls-a-${name}` };
  return { apiVersion: '', kind: 'Namespace', metadata, spec, status } as unknown as BusinessNamespace;
}

const projects = [
  project(
    'prj-team',
    { 'cls-a': { 'requests.cpu': '4' } },
    { parent: 'prj-top', used: { 'cls-a': { 'requests.cpu': '3' } } },
  ),
  project(
    'prj-top',
    { 'cls-b': { pods: '10' }, 'cls-a': { 'requests.cpu': '10', memory: '8Gi' } },
    { used: { 'cls-a': { 'requests.cpu': '4', secrets: '7' } } },
  ),
  project('prj-new', { 'cls-a': { pods: '1' } }, { parent: 'prj-elsewhere', phase: 'Pending' }),
];
const namespaces = [
  namespace(
    'prj-team',
    'shop',
    { 'requests.cpu': '2', 'nvidia.com/gpu': '4' },
    { 'requests.cpu': '500m', 'nvidia.com/gpu': '1' },
  ),
  namespace('prj-team', 'jobs', { 'requests.cpu': '1' }, {}, 'Locked'),
];
const trees = quotaTrees({ projects, namespaces });

describe('the quota of projects', () => {
  test('is a tree with hard, used and free of each resource, namespaces as leaves', () => {
    const lines = quotaLines(trees).map((line) => line.split(/ {2,}(?=\S)/));
    expect(lines).toEqual([
      ['PROJECT/NAMESPACE', 'CLUSTER', 'RESOURCE', 'HARD', 'USED', 'FREE', 'USE'],
      ['prj-new (Pending)', 'cls-a', 'pods', '1', '0', '1', '[..........] 0%'],
      ['prj-top', 'cls-a', 'memory', '8Gi', '0', '8Gi', '[..........] 0%'],
      ['', 'cls-a', 'requests.cpu', '10', '4', '6', '[####......] 40%'],
      ['', 'cls-a', 'secrets', '-', '7', '-'],
      ['', 'cls-b', 'pods', '10', '0', '10', '[..........] 0%'],
      ['', 'prj-team', 'cls-a', 'requests.cpu', '4', '3', '1', '[#######...] 75%'],
      ['', 'ns cls-a-jobs (Locked)', 'cls-a', 'requests.cpu', '1', '0', '1', '[..........] 0%'],
      ['', 'ns cls-a-shop', 'cls-a', 'nvidia.com/gpu', '4', '1', '3', '[##........] 25%'],
      ['', 'cls-a', 'requests.cpu', '2', '500m', '1500m', '[##........] 25%'],
    ]);
  });

  test('can be of one project and of one cluster', () => {
    expect(quotaTrees({ projects, namespaces }, 'prj-team').map(({ name }) => name)).toEqual(['prj-team']);
    expect(quotaTrees({ projects, namespaces }, 'prj-none')).toEqual([]);
    expect(inCluster(trees, 'cls-b')).toMatchObject([{ name: 'prj-top', uses: [{ resource: 'pods' }], children: [] }]);
    // A parent without a part of the cluster stays above its children that have one.
    const above = [project('prj-a', {}), project('prj-b', { 'cls-a': { pods: '1' } }, { parent: 'prj-a' })];
    const [tree] = inCluster(quotaTrees({ projects: above, namespaces: [] }), 'cls-a');
    expect(tree).toMatchObject({ name: 'prj-a', children: [{ name: 'prj-b' }] });
  });

  test('marks a namespace that is not Ready, whose phase stays while its cluster is silent', () => {
    const withReady = (ready: object) => {
      const { status, ...rest } = namespace('prj-new', 'quiet', { pods: '1' }, {});
      return { ...rest, status: { ...status, conditions: [{ type: 'Ready', ...ready }] } } as BusinessNamespace;
    };
    const treeWith = (ready: object) =>
      quotaTrees({ projects: [project('prj-new', {})], namespaces: [withReady(ready)] });
    const silent = treeWith({ status: 'Unknown', reason: 'ConnectClusterError' });
    expect(quotaLines(silent)[2]).toContain('ns cls-a-quiet (ConnectClusterError)');
    expect(quotaDocument(silent[0]!)).toMatchObject({
      namespaces: [{ phase: 'Available', notReady: 'ConnectClusterError' }],
    });
    const answering = treeWith({ status: 'True', reason: 'Succeeded' });
    expect(quotaLines(answering)[2]).toMatch(/ns cls-a-quiet +cls-a/);
  });

  test('as a document has the same numbers', () => {
    const [, top] = trees.map(quotaDocument);
    expect(top).toMatchObject({
      name: 'prj-top',
      displayName: 'PRJ-TOP',
      uses: [
        { cluster: 'cls-a', resource: 'memory', hard: '8Gi', used: '0', free: '8Gi' },
        { resource: 'requests.cpu', hard: '10', used: '4', free: '6' },
        { resource: 'secrets', used: '7' },
        { cluster: 'cls-b' },
      ],
      projects: [{ name: 'prj-team', namespaces: [{ name: 'cls-a-jobs', phase: 'Locked' }, { name: 'cls-a-shop' }] }],
    });
  });

  test('that is overdrawn has less than nothing left', () => {
    const over = project('prj-o', { 'cls-a': { pods: '2' } }, { used: { 'cls-a': { pods: '5' } } });
    expect(quotaLines(quotaTrees({ projects: [over], namespaces: [] }))[1]).toMatch(/ 2 +5 +-3 +\[#{10}\] 250%$/);
  });

  test('of projects in a circle comes last, and to an end', () => {
    const circle = [
      project('prj-a', {}, { parent: 'prj-b' }),
      project('prj-b', {}, { parent: 'prj-a' }),
      project('prj-c', {}, { parent: 'prj-b' }),
    ];
    const shown = [{ name: 'prj-a', children: [{ name: 'prj-b', children: [{ name: 'prj-c', children: [] }] }] }];
    expect(quotaTrees({ projects: circle, namespaces: [] }, 'prj-a')).toMatchObject(shown);
    const all = quotaTrees({ projects: [...circle, project('prj-z', {})], namespaces: [] });
    expect(all).toMatchObject([{ name: 'prj-z' }, ...shown]);
  });

  test('of a cluster without limits says so, and is there when the cluster is asked for', () => {
    const free = [project('prj-free', { 'cls-a': {}, 'cls-b': { pods: '1' } })];
    const found = quotaTrees({ projects: free, namespaces: [namespace('prj-free', 'ns', {}, {})] });
    const lines = quotaLines(inCluster(found, 'cls-a')).map((line) => line.trim().split(/ {2,}(?=\S)/));
    expect(lines.slice(1)).toEqual([
      ['prj-free', 'cls-a', 'no limit'],
      ['ns cls-a-ns', 'cls-a', 'no limit'],
    ]);
    expect(quotaDocument(found[0]!)).toMatchObject({
      uses: [{ cluster: 'cls-a' }, { cluster: 'cls-b', resource: 'pods' }],
    });
  });
});
