import { businessNamespace, namespaceCredential } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

const read = ['get', 'list', 'watch'] as const;
const { group } = namespaceCredential;

/**
 * What answering NamespaceCredentials needs of the hub. In members: get, create and delete of certificatesigningrequests, patch of
 * certificatesigningrequests/approval, and approve of the signer kubernetes.io/kube-apiserver-client.
 */
export const credentialPermissions: readonly Permission[] = [
  { group, resources: [namespaceCredential.plural], verbs: [...read, 'delete'] },
  { group, resources: [`${namespaceCredential.plural}/status`], verbs: ['patch'] },
  { group, resources: [businessNamespace.plural], verbs: read },
  { group: cluster.group, resources: [cluster.plural], verbs: read },
];
