import { cluster, machine } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

/** What the reconciler of Machines needs in the hub, besides events. */
export function machinePermissions(namespace: string): readonly Permission[] {
  const { group } = machine;
  return [
    { group, resources: [machine.plural, cluster.plural], verbs: ['get', 'list', 'watch'] },
    { group, resources: [machine.plural], verbs: ['patch'] }, // finalizers
    { group, resources: [`${machine.plural}/status`], verbs: ['patch'] },
    { group: '', resources: ['secrets'], verbs: ['get', 'list', 'watch'], namespace },
  ];
}
