import { defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { text } from '../text.ts';
import { addon, addonFields, addonRules, addonStatus, notYet } from './addon.ts';

export const csiOperator = defineKind({
  ...addon,
  kind: 'CSIOperator',
  description: `Wants the operator that installs storage drivers in a cluster. ${notYet}`,
  shortNames: ['co'],
  properties: { spec: s.object('Which cluster, and which version.', addonFields, { rules: addonRules }) },
  status: {
    ...addonStatus,
    storageVendorVersion: s.optional(text('Version of the configuration of the storage vendor.', 64)),
  },
});

export type CSIOperator = ObjectOf<typeof csiOperator>;
