import type { BuildScope } from '../../build/scope.ts';

export function everyNode({ nodes }: BuildScope): readonly string[] {
  return nodes.map(({ ip }) => ip);
}

export function controlPlaneNodes({ nodes }: BuildScope): readonly string[] {
  return nodes.filter(({ role }) => role === 'ControlPlane').map(({ ip }) => ip);
}

/** Where what concerns the cluster as a whole is done. */
export function firstControlPlane({ controlPlane }: BuildScope): readonly string[] {
  return controlPlane.slice(0, 1);
}
