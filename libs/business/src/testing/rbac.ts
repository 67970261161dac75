import type { KubeObject } from '@tke/meta';
import type { Permission } from '@tke/runtime';

export const managerUser = 'manager';

const group = 'rbac.authorization.k8s.io';

/** Lets the manager do what the permissions say, and no more. Permissions in a namespace are for the given one. */
export function managerRbac(permissions: readonly Permission[], namespace: string): KubeObject[] {
  const everywhere = permissions.filter((permission) => permission.namespace === undefined);
  const inNamespace = permissions.filter((permission) => permission.namespace === namespace);
  return [
    ...role('ClusterRole', { name: managerUser }, everywhere),
    ...role('Role', { name: managerUser, namespace }, inNamespace),
  ];
}

function role(kind: 'Role' | 'ClusterRole', metadata: object, permissions: readonly Permission[]): KubeObject[] {
  const apiVersion = `${group}/v1`;
  const rules = permissions.map(({ group: apiGroup, resources, verbs, resourceNames }) => ({
    ...{ apiGroups: [apiGroup], resources, verbs },
    ...(resourceNames && { resourceNames }),
  }));
  const subjects = [{ apiGroup: group, kind: 'User', name: managerUser }];
  const roleRef = { apiGroup: group, kind, name: managerUser };
  return [
    { apiVersion, kind, metadata, rules } as KubeObject,
    { apiVersion, kind: `${kind}Binding`, metadata, subjects, roleRef } as KubeObject,
  ];
}
