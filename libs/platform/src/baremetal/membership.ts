import type { Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { machineIPLabel } from '../names.ts';
import { machineIPLabelValue } from '../steps/node/machine-ip.ts';
import type { Node } from '../steps/node/node.ts';
import type { EtcdMember } from './etcd-members.ts';

/** Three lists of what is in a cluster, each kept by somebody else. */
export interface Membership {
  /** Addresses of the control plane. */
  readonly controlPlane: readonly string[];
  readonly machines: readonly DeepReadonly<Machine>[];
  readonly nodes: readonly DeepReadonly<Node>[];
  /** Undefined where etcd is not on the control plane, or could not be asked. */
  readonly etcd: readonly EtcdMember[] | undefined;
}

/** What is in one of the lists and not in the others, a sentence each. Machines that join or go are on their way, and no matter. */
export function disagreements(membership: Membership): readonly string[] {
  return [...hostsWithoutNode(membership), ...nodesWithoutHost(membership), ...etcdDisagreements(membership)];
}

function hostsWithoutNode({ controlPlane, machines, nodes }: Membership): readonly string[] {
  const labels = new Set(nodes.map(labelOf));
  const hasNode = (ip: string) => labels.has(machineIPLabelValue(ip));
  return [
    ...controlPlane.filter((ip) => !hasNode(ip)).map((ip) => `host ${ip} of the control plane has no Node`),
    ...machines
      .filter((machine) => isSettled(machine) && !hasNode(machine.spec.ip))
      .map(({ metadata, spec }) => `Machine ${metadata.name ?? ''} (${spec.ip}) has no Node`),
  ];
}

function nodesWithoutHost({ controlPlane, machines, nodes }: Membership): readonly string[] {
  const labels = new Set([...controlPlane, ...machines.map(({ spec }) => spec.ip)].map(machineIPLabelValue));
  return nodes
    .filter((node) => !labels.has(labelOf(node) ?? ''))
    .map(({ metadata }) => `Node ${metadata.name ?? ''} is that of no Machine and no host of the control plane`);
}

function etcdDisagreements({ controlPlane, etcd }: Membership): readonly string[] {
  if (etcd === undefined) {
    return [];
  }
  const named = ({ name, host }: EtcdMember) => `member ${name === '' ? 'without a name' : name} of etcd (${host})`;
  return [
    ...controlPlane
      .filter((ip) => !etcd.some(({ host }) => host === ip))
      .map((ip) => `host ${ip} of the control plane has no member of etcd`),
    ...etcd
      .filter(({ host }) => !controlPlane.includes(host))
      .map((member) => `${named(member)} is on no host of the control plane`),
    ...etcd.filter(({ isLearner }) => isLearner).map((member) => `${named(member)} is a learner and does not vote`),
  ];
}

function labelOf({ metadata }: DeepReadonly<Node>): string | undefined {
  return metadata.labels?.[machineIPLabel];
}

function isSettled({ metadata, status }: DeepReadonly<Machine>): boolean {
  return metadata.deletionTimestamp === undefined && Boolean(status?.nodeName);
}
