import { describe, expect, test } from '@jest/globals';

import { createClusterSteps } from './create-cluster.ts';
import { joinMachineSteps } from './join-machine.ts';
import { machines, testScope } from './testing/scope.ts';
import { nodeSpec } from '../kubeadm/testing/inputs.ts';

describe.each([
  ['createClusterSteps', createClusterSteps],
  ['joinMachineSteps', joinMachineSteps],
])('%s', (_, steps) => {
  const names = steps.map(({ name }) => name);

  test('names are one of each, begin with Ensure, and the first one looks before anything is changed', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !name.startsWith('Ensure'))).toEqual([]);
    expect(names[0]).toBe('EnsurePreflight');
  });

  test.each([
    ['EnsurePreflight', 'EnsureHostMark'],
    ['EnsureHostMark', 'EnsureCopyFiles'],
    ['EnsureContainerRuntime', 'EnsureKubernetesImages'],
    ['EnsureKubeadm', 'EnsureJoinPhasePreflight'],
    ['EnsureJoinPhaseKubeletStart', 'EnsureNetwork'],
    ['EnsureNetwork', 'EnsureNodeRoutes'],
  ])('%s comes before %s', (one, other) => {
    expect(names).toContain(other);
    expect(names.indexOf(one)).toBeLessThan(names.indexOf(other));
  });
});

test('a worker asks for nothing of the control plane before that can be joined', () => {
  const names = joinMachineSteps.map(({ name }) => name);
  const joinable = names.indexOf('EnsureClusterJoinable');
  for (const step of ['EnsureInitAPIServerHost', 'EnsureJoinPhasePreflight', 'EnsureMarkNode', 'EnsureNetwork']) {
    expect(names.indexOf(step)).toBeGreaterThan(joinable);
  }
  expect(names.indexOf('EnsureKubeadm')).toBeLessThan(joinable);
});

test('a control plane of one host joins nothing; a worker does nothing of a control plane', () => {
  const applied = (steps: typeof createClusterSteps, scope: Parameters<(typeof steps)[0]['targets']>[0]) =>
    steps.filter((step) => step.targets(scope).length > 0).map(({ name }) => name);
  expect(applied(createClusterSteps, testScope()).filter((name) => /Join|Shared/.test(name))).toEqual([]);
  const three = testScope({ spec: { machines: machines('10.0.0.11', '10.0.0.12', '10.0.0.13') } });
  expect(applied(createClusterSteps, three).filter((name) => /Join|Shared/.test(name))).toEqual([
    'EnsureSharedCertificates',
    'EnsureJoinPhasePreflight',
    'EnsureJoinPhaseControlPlanePrepare',
    'EnsureJoinPhaseKubeletStart',
    'EnsureJoinPhaseControlPlaneJoinETCD',
  ]);
  const worker = testScope({ nodes: [nodeSpec({ ip: '10.0.0.21', role: 'Worker' })] });
  const names = applied(joinMachineSteps, worker);
  expect(names).toEqual(expect.arrayContaining(['EnsureJoinPhaseKubeletStart', 'EnsureMarkNode', 'EnsureNodeReady']));
  expect(
    names.filter((name) => /Init|ControlPlane|Kubeconfig/.test(name) && name !== 'EnsureInitAPIServerHost'),
  ).toEqual([]);
});
