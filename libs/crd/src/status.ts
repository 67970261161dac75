import * as s from './schema.ts';

const condition = s.object('What one observer found out about the object.', {
  type: s.string('Name of the condition, e.g. Ready.', { minLength: 1, maxLength: 316 }),
  status: s.oneOf('Whether the condition holds.', ['True', 'False', 'Unknown']),
  observedGeneration: s.optional(s.integer('The metadata.generation this condition speaks about.')),
  lastTransitionTime: s.timestamp('When status last changed.'),
  reason: s.string('One CamelCase word for programs.', { minLength: 1, maxLength: 1024 }),
  message: s.string('A sentence for people, with what to do about it.', { maxLength: 32768 }),
});

/** Fields in the status of every kind: what kstatus, Argo CD and Flux read. */
export const standardStatus = {
  observedGeneration: s.optional(
    s.integer('The metadata.generation that was last read in full; -1 before any controller has seen the object.'),
  ),
  conditions: s.optional(
    s.listByKey('Reconciling, Stalled and Ready, in this order. Ready sums up the others.', condition, ['type']),
  ),
  phase: s.optional(s.string('Derived from conditions, for printing only.')),
};

/** kstatus takes an object without status as done; this default makes it `InProgress` until a controller has answered. */
export const initialStatus = { observedGeneration: -1 };
