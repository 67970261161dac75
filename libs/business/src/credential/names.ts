/** Of every write of this controller, in the hub and in members. */
export const credentialFieldManager = 'tke/credentials';

/** Holds a NamespaceCredential until what is kept for it in the member is gone. */
export const credentialFinalizer = 'business.tkestack.io/credential';

/** On what is kept in members for a NamespaceCredential: its UID. */
export const credentialLabel = 'business.tkestack.io/credential';

/** On the ServiceAccounts: the UID of the Cluster on the hub that made them, which tells them from those of another hub. */
export const credentialClusterLabel = 'business.tkestack.io/credential-cluster';

/** On what is kept in members: `<namespace>/<name>` of the NamespaceCredential on the hub. */
export const credentialAnnotation = 'business.tkestack.io/credential';

/** Where members have the ServiceAccounts. Nobody but the platform has namespaces that begin so: who makes pods there can be any holder. */
export const credentialNamespace = 'tke-credentials';

/** Of all objects in the member: unique for each NamespaceCredential there ever is. */
export function nameInMember(uid: string): string {
  return `tke-credential-${uid}`;
}
