import { s } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';

import { quotaLimits, resourceList } from './quota.ts';

// Kubernetes' own rules of LimitRange (pkg/apis/core/validation), so that members do not refuse what the hub took. That no minimum
// exceeds a maximum is left to them: before 1.34 the cost estimate of CEL takes amounts for texts of 3 MiB, and refuses to compare any.

const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const names =
  "(self.type == 'PersistentVolumeClaim' ? k == 'storage' : k in ['cpu', 'memory', 'ephemeral-storage'] || k.startsWith('hugepages-') || k.contains('/'))";

const rules: readonly ValidationRule[] = [
  ...lists.map((list) => ({
    rule: `!has(self.${list}) || self.${list}.all(k, ${names})`,
    message: `${list} must have names that a LimitRange knows for this type: use storage for claims, else cpu, memory, ephemeral-storage`,
    fieldPath: `.${list}`,
  })),
  ...['default', 'defaultRequest'].map((list) => ({
    rule: `self.type == 'Container' || !has(self.${list})`,
    message: `${list} must be absent where type is not Container: remove it`,
    fieldPath: `.${list}`,
  })),
  {
    rule: "self.type != 'PersistentVolumeClaim' || has(self.min) || has(self.max)",
    message: 'max or min is required for claims: add storage to one of them',
    fieldPath: '.max',
  },
];

const limit = s.object(
  'Bounds and defaults of one type of object, as in a LimitRange.',
  {
    type: s.oneOf('What they hold for.', ['Pod', 'Container', 'PersistentVolumeClaim']),
    max: s.optional(resourceList('Most.')),
    min: s.optional(resourceList('Least.')),
    default: s.optional(resourceList('Limits of containers that name none.')),
    defaultRequest: s.optional(resourceList('Requests of containers that name none.')),
    maxLimitRequestRatio: s.optional(resourceList('Most by which a limit may exceed its request.')),
  },
  { rules },
);

/** What becomes a LimitRange in the member. */
export const limitList = s.listByKey(
  'Bounds and defaults of pods and containers; a LimitRange is made of them.',
  limit,
  ['type'],
  { maxItems: quotaLimits.types },
);
