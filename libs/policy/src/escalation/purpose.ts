import type { Effect } from '@tke/authz';

/**
 * What a change does with rows. `give`: hand out what allows. `deny`: hand out what denies. `lift`: take away what denies.
 * `take`: take what allows out of something that others hold by name.
 */
export type Purpose = 'give' | 'deny' | 'lift' | 'take';

export const purposes: readonly Purpose[] = ['give', 'deny', 'lift', 'take'];

export function effectOf(purpose: Purpose): Effect {
  return purpose === 'give' || purpose === 'take' ? 'allow' : 'deny';
}
