import type { BuildScope, NodeSpec } from '../../build/scope.ts';
import { controlPlaneNodes } from '../host/targets.ts';

/** The host that the control plane is made on; the others join it. */
export function firstHost({ controlPlane: [first] }: Pick<BuildScope, 'controlPlane'>): string {
  if (first === undefined) {
    throw new TypeError('a cluster to build has no host for its control plane');
  }
  return first;
}

export function nodeAt({ nodes }: Pick<BuildScope, 'nodes'>, ip: string): NodeSpec {
  const node = nodes.find((each) => each.ip === ip);
  if (node === undefined) {
    throw new TypeError(`${ip} is none of the hosts of the plan`);
  }
  return node;
}

/** Hosts of the plan that join a control plane which is there: all but the first one. */
export function joiningHosts(scope: BuildScope): readonly string[] {
  return scope.nodes.map(({ ip }) => ip).filter((ip) => ip !== firstHost(scope));
}

/** Those of them that become part of the control plane, in the order they do. */
export function joiningControlPlane(scope: BuildScope): readonly string[] {
  return controlPlaneNodes(scope).filter((ip) => ip !== firstHost(scope));
}

export function joiningWorkers({ nodes }: BuildScope): readonly string[] {
  return nodes.filter(({ role }) => role === 'Worker').map(({ ip }) => ip);
}
