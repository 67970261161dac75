import type { KindDescriptor } from '@tke/crd';

import { businessNamespace } from './namespace.ts';
import { namespaceCredential } from './namespace-credential.ts';
import { nsEmigration } from './ns-emigration.ts';
import { platform } from './platform.ts';
import { portal } from './portal.ts';
import { project } from './project.ts';
import { businessChartGroup, imageNamespace } from './registry-links.ts';

/** Every stored kind of business.tkestack.io. All of them belong to a tenant by `spec.tenantID`. */
export const businessKinds: readonly KindDescriptor[] = [
  project,
  businessNamespace,
  nsEmigration,
  namespaceCredential,
  platform,
  imageNamespace,
  businessChartGroup,
];

/** Every question of the group to the server: created, answered and not stored. */
export const businessReviews: readonly KindDescriptor[] = [portal];
