import { s } from '@tke/crd';
import type { Infer, Schema } from '@tke/crd';

import { ipAddress } from '../ip.ts';
import { nodeFields } from '../node.ts';
import { loginFields, loginRules } from '../ssh/login.ts';
import { proxy } from '../ssh/proxy.ts';

const clusterMachine = s.object(
  'A host of the control plane, and how to log in to it.',
  {
    ip: ipAddress('Address of the host. Its node is named after it unless hostnameAsNodename is set.', 'ip'),
    ...loginFields,
    ...nodeFields,
    proxy: s.optional(proxy),
  },
  { rules: loginRules },
);

export type ClusterMachine = Infer<typeof clusterMachine>;

export const machines = s.listByKey(
  'Hosts of the control plane. The first one cannot be removed.',
  clusterMachine,
  ['ip'],
  {
    maxItems: 16,
  },
);

/** What TKEStack's API server worked out from a change of `machines`. Kept for its manifests, so without rules. */
export const scalingMachines: Schema<Record<string, unknown>[]> = s.list(
  'Accepted from TKEStack manifests and ignored: machines says what is wanted.',
  s.preserveUnknown('A host.'),
  { maxItems: 16 },
);
