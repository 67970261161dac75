import { defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { addon, addonFields, addonRules, addonStatus } from './addon.ts';

export const cronHPA = defineKind({
  ...addon,
  kind: 'CronHPA',
  description: 'Puts the controller that scales workloads by the clock into a cluster.',
  properties: { spec: s.object('Which cluster, and which version.', addonFields, { rules: addonRules }) },
  status: addonStatus,
});

export type CronHPA = ObjectOf<typeof cronHPA>;
