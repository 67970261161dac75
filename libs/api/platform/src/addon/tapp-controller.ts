import { defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { addon, addonFields, addonRules, addonStatus, notYet } from './addon.ts';

export const tappController = defineKind({
  ...addon,
  kind: 'TappController',
  description: `Wants the controller of TApp workloads in a cluster. ${notYet}`,
  shortNames: ['tc'],
  properties: { spec: s.object('Which cluster, and which version.', addonFields, { rules: addonRules }) },
  status: addonStatus,
});

export type TappController = ObjectOf<typeof tappController>;
