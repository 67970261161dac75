import { businessNamespace, namespaceCredential } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

const read = ['get', 'list', 'watch'] as const;
const { group } = namespaceCredential;

/** What answering NamespaceCredentials needs of the hub. */
export const credentialPermissions: readonly Permission[] = [
  { group, resources: [namespaceCredential.plural], verbs: [...read, 'patch', 'delete'] },
  { group, resources: [`${namespaceCredential.plural}/status`], verbs: ['patch'] },
  { group, resources: [businessNamespace.plural], verbs: read },
  { group: cluster.group, resources: [cluster.plural], verbs: read },
];

const make = ['create', 'patch'] as const;

/**
 * What tokens need of the credential with which the platform is in a member. Kubernetes lets nobody hand out rights that he does not have:
 * to impersonate anybody is the price of making accounts that can be one holder each. Certificates need get, create and delete of
 * certificatesigningrequests, patch of certificatesigningrequests/approval, and approve of the signer kubernetes.io/kube-apiserver-client.
 */
export const tokenPermissionsInMember: readonly Permission[] = [
  { group: '', resources: ['namespaces'], verbs: make },
  { group: '', resources: ['serviceaccounts'], verbs: ['list', ...make, 'delete'] },
  { group: '', resources: ['serviceaccounts/token'], verbs: ['create'] },
  { group: '', resources: ['users', 'groups'], verbs: ['impersonate'] },
  {
    group: 'rbac.authorization.k8s.io',
    resources: ['clusterroles', 'clusterrolebindings'],
    verbs: [...make, 'delete'],
  },
];
