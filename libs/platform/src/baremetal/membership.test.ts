import { describe, expect, test } from '@jest/globals';

import type { Machine } from '@tke/api-platform';

import { machineIPLabelValue } from '../steps/node/machine-ip.ts';
import type { Node } from '../steps/node/node.ts';
import { parseEtcdMembers } from './etcd-members.ts';
import { disagreements, type Membership } from './membership.ts';

const node = (name: string, ip?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: ip === undefined ? {} : { 'platform.tkestack.io/machine-ip': machineIPLabelValue(ip) },
  },
});

function machine(name: string, ip: string, status: Machine['status'] = { nodeName: ip }): Machine {
  const spec = { type: 'Baremetal' as const, clusterName: 'cls-x', ip };
  return { apiVersion: 'platform.tkestack.io/v1', kind: 'Machine', metadata: { name }, spec, status };
}

const member = (host: string, isLearner = false) => ({ name: host, host, isLearner });

const whole: Membership = {
  controlPlane: ['10.0.0.1', 'fd00::1'],
  machines: [machine('mc-1', '10.0.0.9')],
  nodes: [node('a', '10.0.0.1'), node('b', 'fd00::1'), node('c', '10.0.0.9')],
  etcd: [member('10.0.0.1'), member('fd00::1')],
};
const told = (change: Partial<Membership>) => disagreements({ ...whole, ...change });

describe('the lists of hosts', () => {
  test('agree', () => {
    expect(told({})).toEqual([]);
    expect(told({ etcd: undefined })).toEqual([]);
  });

  test('disagree where a host has no Node', () => {
    expect(told({ nodes: whole.nodes.slice(1, 2) })).toEqual([
      'host 10.0.0.1 of the control plane has no Node',
      'Machine mc-1 (10.0.0.9) has no Node',
    ]);
  });

  test('do not disagree about what is on its way', () => {
    const leaving = { ...machine('mc-2', '10.0.0.8'), metadata: { name: 'mc-2', deletionTimestamp: 'now' } };
    expect(told({ machines: [...whole.machines, machine('mc-3', '10.0.0.7', {}), leaving] })).toEqual([]);
    expect(told({ nodes: [...whole.nodes, node('d', '10.0.0.8')], machines: [...whole.machines, leaving] })).toEqual(
      [],
    );
  });

  test('disagree about a Node that somebody joined by hand', () => {
    const stranger = 'Node x is that of no Machine and no host of the control plane';
    expect(told({ nodes: [...whole.nodes, node('x')] })).toEqual([stranger]);
  });

  test('disagree about members of etcd that are missing, left over, or do not vote', () => {
    expect(told({ etcd: [member('10.0.0.1', true), member('10.0.0.66')] })).toEqual([
      'host fd00::1 of the control plane has no member of etcd',
      'member 10.0.0.66 of etcd (10.0.0.66) is on no host of the control plane',
      'member 10.0.0.1 of etcd (10.0.0.1) is a learner and does not vote',
    ]);
  });
});

test('what etcdctl prints is read, of members that have not started too', () => {
  const text =
    '{"header":{"cluster_id":14841639068965178418},"members":[{"ID":10276657743932975437,"name":"m0","peerURLs":["https://10.0.0.1:2380"],"clientURLs":["https://10.0.0.1:2379"]},{"ID":1,"isLearner":true,"peerURLs":["https://[fd00::1]:2380"]}]}';
  expect(parseEtcdMembers(text)).toEqual([
    { name: 'm0', host: '10.0.0.1', isLearner: false },
    { name: '', host: 'fd00::1', isLearner: true },
  ]);
});
