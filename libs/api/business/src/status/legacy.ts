import { fields, s } from '@tke/crd';

/** Fields of TKEStack's status that mirror the condition Ready. */
export const legacyFields = {
  lastTransitionTime: s.optional(s.nullable(s.timestamp('When the phase last changed.'))),
  reason: s.optional(fields.text('Reason of the condition Ready.', 1024)),
  message: s.optional(fields.text('Message of the condition Ready.', 32768)),
};
