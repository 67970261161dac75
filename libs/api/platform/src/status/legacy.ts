import { s } from '@tke/crd';

/** Fields of TKEStack's status that mirror the condition Ready. */
export const summaryFields = {
  message: s.optional(s.string('Message of the condition Ready.')),
  reason: s.optional(s.string('Reason of the condition Ready.')),
};

export const locked = s.optional(s.boolean('Proxies refuse requests to what is locked.'));
