import { expect, test } from '@jest/globals';
import { resourceList, sum } from '@tke/quantity';

import type { Container, Pod } from '../steps/node/pod.ts';
import { podRequests } from './pod-requests.ts';

const container = (cpu: string, memory?: string): Container => ({
  resources: { requests: { cpu, ...(memory !== undefined && { memory }) } },
});
const sidecar = (cpu: string): Container => ({ ...container(cpu), restartPolicy: 'Always' });

const cases: [what: string, spec: NonNullable<Pod['spec']>, requests: Record<string, string>][] = [
  ['nothing', {}, {}],
  [
    'containers',
    { containers: [container('1', '1Gi'), container('500m', '24Mi')] },
    { cpu: '1500m', memory: '1073152Ki' },
  ],
  [
    'a large init container',
    { containers: [container('1')], initContainers: [container('3'), container('2')] },
    { cpu: '3' },
  ],
  ['a small init container', { containers: [container('4')], initContainers: [container('3')] }, { cpu: '4' }],
  ['a sidecar runs beside containers', { containers: [container('1')], initContainers: [sidecar('2')] }, { cpu: '3' }],
  [
    'a sidecar runs beside the init containers after it only',
    { containers: [container('1')], initContainers: [container('5'), sidecar('2'), container('4')] },
    { cpu: '6' },
  ],
  ['overhead', { containers: [container('1')], overhead: { cpu: '250m' } }, { cpu: '1250m' }],
  [
    'requests of the pod stand for those of its containers',
    { containers: [container('1', '1Gi')], resources: { requests: { cpu: '5' } } },
    { cpu: '5', memory: '1048576Ki' },
  ],
  ['what is no quantity does not count', { containers: [container('many', '1Ki')] }, { memory: '1Ki' }],
];

test.each(cases)('%s', (_what, spec, requests) => {
  expect(resourceList(podRequests({ spec }))).toEqual(requests);
});

test('sums are exact, in the order of the names, and of bounded length', () => {
  const devices = Array.from(
    { length: 100 },
    (_, i) => [`example.com/d${String(i).padStart(3, '0')}`, 1_000_000_000n] as const,
  );
  const list = resourceList(
    sum(
      new Map(devices),
      new Map([
        ['cpu', 1n],
        ['none', 0n],
      ]),
    ),
  );
  expect(Object.keys(list)).toHaveLength(64);
  expect(Object.keys(list)[0]).toBe('cpu');
  expect(list).not.toHaveProperty('none');
});
