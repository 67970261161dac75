import { defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { addon, addonFields, addonRules, addonStatus, notYet } from './addon.ts';

export const cronHPA = defineKind({
  ...addon,
  kind: 'CronHPA',
  description: `Wants the controller that scales workloads by the clock in a cluster. ${notYet}`,
  properties: { spec: s.object('Which cluster, and which version.', addonFields, { rules: addonRules }) },
  status: addonStatus,
});

export type CronHPA = ObjectOf<typeof cronHPA>;
