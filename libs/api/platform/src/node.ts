import { s } from '@tke/crd';
import type { Infer, ValidationRule } from '@tke/crd';

import { text } from './text.ts';

// core/v1 says what keys and values of labels are: kubernetes.io/docs/concepts/overview/working-with-objects/labels
const labelName = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const labelKey = `^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${labelName}$`;
const labelValue = `^(${labelName})?$`;

function wellFormedKeys(field: string): readonly ValidationRule[] {
  return [
    {
      rule: `self.all(key, key.matches('${labelKey}'))`,
      message: `${field} must have keys of up to 63 letters, digits, -, _ and ., with a domain and / in front where wanted: write them like example.com/role`,
    },
  ];
}

const taint = s.object('Keeps pods off the node that do not tolerate it.', {
  key: s.string('Key of the taint.', { maxLength: 317, pattern: labelKey }),
  value: s.optional(s.string('Value of the taint.', { maxLength: 63, pattern: labelValue })),
  effect: s.oneOf('What happens to pods that do not tolerate it.', ['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  timeAdded: s.optional(s.timestamp('When a NoExecute taint was set.')),
});

export type Taint = Infer<typeof taint>;

/** What is put on the Node that a machine becomes. */
export const nodeFields = {
  labels: s.optional(
    s.map('Labels of the Node.', s.string('Value of the label.', { maxLength: 63, pattern: labelValue }), {
      maxProperties: 64,
      rules: wellFormedKeys('labels'),
    }),
  ),
  annotations: s.optional(
    s.map('Annotations of the Node.', text('Value of the annotation.', 4096), {
      maxProperties: 64,
      rules: wellFormedKeys('annotations'),
    }),
  ),
  taints: s.optional(s.listByKey('Taints of the Node.', taint, ['key', 'effect'], { maxItems: 64 })),
};
