import type { KindDescriptor } from '@tke/crd';

import { cronHPA } from './addon/cron-hpa.ts';
import { csiOperator } from './addon/csi-operator.ts';
import { persistentEvent } from './addon/persistent-event.ts';
import { tappController } from './addon/tapp-controller.ts';
import { clusterCredential } from './cluster-credential.ts';
import { cluster } from './cluster/cluster.ts';
import { machine } from './machine/machine.ts';
import { registry } from './registry.ts';

/** Every stored kind of platform.tkestack.io. */
export const platformKinds: readonly KindDescriptor[] = [
  cluster,
  machine,
  clusterCredential,
  registry,
  persistentEvent,
  tappController,
  csiOperator,
  cronHPA,
];

/**
 * The kinds whose objects belong to a tenant by `spec.tenantID`. A ClusterCredential belongs to one as well, by a `tenantID` at the
 * top: it has no spec.
 */
export const tenantPlatformKinds: readonly KindDescriptor[] = platformKinds.filter(
  ({ schema }) => schema.properties?.spec?.properties?.tenantID !== undefined,
);
