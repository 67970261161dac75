import { s } from '@tke/crd';
import type { ObjectOf, Schema } from '@tke/crd';

import { dnsLabel } from './text.ts';

const shape = {
  name: s.string('Name of the Secret.', { maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' }),
};

/** Names a Secret in the namespace of the platform. */
export type SecretRef = ObjectOf<typeof shape>;

export function secretRef(description: string): Schema<SecretRef> {
  return s.object(
    `${description} In the namespace of the platform, with the label platform.tkestack.io/tenant-id set to the tenantID of this object.`,
    shape,
  );
}

export const clusterCredentialRef = s.object('The ClusterCredential that opens the cluster.', {
  name: dnsLabel('Name of the ClusterCredential.'),
});
