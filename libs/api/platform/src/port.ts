import { s } from '@tke/crd';
import type { Schema } from '@tke/crd';

const range = { format: 'int32', maximum: 65535 } as const;

export function port(description: string): Schema<number> {
  return s.integer(description, { ...range, minimum: 1 });
}

/** Go writes 0 for a port nobody set. */
export function portOrZero(description: string): Schema<number> {
  return s.integer(description, { ...range, minimum: 0 });
}
