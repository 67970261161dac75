import { s } from '@tke/crd';

const condition = s.object('What one observer found out about the object.', {
  type: s.string('Name of the condition, e.g. Ready.', { minLength: 1, maxLength: 316 }),
  status: s.oneOf('Whether the condition holds.', ['True', 'False', 'Unknown']),
  observedGeneration: s.optional(s.integer('The metadata.generation this condition speaks about.')),
  lastTransitionTime: s.timestamp('When status last changed.'),
  // Not for us: without it, kubectl would refuse manifests that were exported from TKEStack for a field it does not know.
  lastProbeTime: s.optional(s.nullable(s.timestamp('Accepted from TKEStack manifests and ignored.'))),
  reason: s.string('One CamelCase word for programs.', { minLength: 1, maxLength: 1024 }),
  message: s.string('A sentence for people, with what to do about it.', { maxLength: 32768 }),
});

export const conditions = s.optional(
  s.listByKey('Reconciling, Stalled and Ready, in this order. Ready sums up the others.', condition, ['type']),
);
