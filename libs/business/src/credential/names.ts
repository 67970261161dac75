/** Of every write of this controller, in the hub and in members. */
export const credentialFieldManager = 'tke/credentials';

/** Of the object in the member: unique for each NamespaceCredential there ever is. */
export function signingName(uid: string): string {
  return `tke-credential-${uid}`;
}
