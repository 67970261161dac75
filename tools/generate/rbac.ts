import type { Kind } from '@tke/meta';
import type { Permission } from '@tke/runtime';

import { kustomization, yamlFile, type GeneratedFile } from './files.ts';

const folder = 'config/rbac';
const apiVersion = 'rbac.authorization.k8s.io/v1';

/** What one ServiceAccount may do. */
export interface ServiceAccountPermissions {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly permissions: readonly Permission[];
}

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Target {
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * The namespaces, and for each ServiceAccount: itself, a ClusterRole for what it may do everywhere, a Role for what it may do in
 * one namespace, and their bindings. And the right of everybody to ask about himself.
 */
export function rbacFiles(
  accounts: readonly ServiceAccountPermissions[],
  reviews: readonly Kind[],
): readonly GeneratedFile[] {
  const namespaces = [...new Set(accounts.map(({ namespace }) => namespace))];
  const files = [
    yamlFile(`${folder}/namespace.yaml`, namespaces.map(namespaceOf), whyPrivileged),
    ...accounts.map((account) => yamlFile(`${folder}/${account.serviceAccount}.yaml`, documentsOf(account))),
    yamlFile(`${folder}/tke-self-reviews.yaml`, selfReviews(reviews), whyEverybody),
  ];
  return [...files, kustomization(folder, files)];
}

const whyPrivileged = [
  'Pod security: the authz-webhook listens on the loopback address of its node and so needs the host network. Everything else',
  'meets the level `restricted`.',
];

const whyEverybody = [
  'What these tell is about the caller alone, as what system:basic-user of Kubernetes lets everybody ask.',
];

function selfReviews(reviews: readonly Kind[]): readonly object[] {
  const metadata = { name: 'tke-self-reviews' };
  const permissions = reviews.map(({ group, plural }) => ({ group, resources: [plural], verbs: ['create'] as const }));
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules: policyRules(permissions) },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
    },
  ];
}

function namespaceOf(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  };
}

function documentsOf(account: ServiceAccountPermissions): readonly object[] {
  const byNamespace = Map.groupBy(account.permissions, ({ namespace }) => namespace);
  const name = account.serviceAccount;
  const serviceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: account.namespace } };
  const roles = [...byNamespace].flatMap(([namespace, permissions]) => {
    const target: Target =
      namespace === undefined
        ? { kind: 'ClusterRole', metadata: { name } }
        : { kind: 'Role', metadata: { name, namespace } };
    return [{ apiVersion, ...target, rules: policyRules(permissions) }, bindingOf(account, target)];
  });
  return [serviceAccount, ...roles];
}

function bindingOf({ namespace, serviceAccount }: ServiceAccountPermissions, { kind, metadata }: Target): object {
  return {
    apiVersion,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
  };
}

/**
 * Sums permissions up without widening any: verbs are united per resource (and resource name) first, then resources of one group
 * that have the same verbs share a rule.
 */
export function policyRules(permissions: readonly Permission[]): readonly PolicyRule[] {
  const verbs = new Map<string, Set<string>>();
  for (const { group, resources, resourceNames = [], verbs: added } of permissions) {
    for (const resource of resources) {
      const key = JSON.stringify([group, resource, [...resourceNames].sort()]);
      verbs.set(key, new Set([...(verbs.get(key) ?? []), ...added]));
    }
  }
  const entries = [...verbs].map(([key, set]) => {
    const [group, resource, resourceNames] = JSON.parse(key) as [string, string, string[]];
    return { group, resource, resourceNames, verbs: [...set].sort() };
  });
  const alike = Map.groupBy(entries, ({ group, resourceNames, verbs }) =>
    JSON.stringify([group, resourceNames, verbs]),
  );
  return [...alike]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => {
      const [group, resourceNames, verbs] = JSON.parse(key) as [string, string[], string[]];
      const resources = members.map(({ resource }) => resource).sort();
      return { apiGroups: [group], resources, ...(resourceNames.length === 0 ? {} : { resourceNames }), verbs };
    });
}
