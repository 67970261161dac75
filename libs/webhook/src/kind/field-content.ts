import type { DeepReadonly, KubeObject } from '@tke/meta';

// As FieldProblem.field has them: `spec.machines[0].ip`, `spec.hard[requests.cpu]`.
const path = /^[^.[\]]+(?:\.[^.[\]]+|\[[^[\]]*\])*$/;
const segments = /[^.[\]]+|\[([^[\]]*)\]/g;

/** What an object has at a field; undefined when nothing is there. The whole object for what is no path to one field. */
export function contentAt(object: DeepReadonly<KubeObject>, field: string): unknown {
  if (!path.test(field)) {
    return object;
  }
  const keys = [...field.matchAll(segments)].map(([plain, quoted]) => quoted ?? plain);
  return keys.reduce<unknown>(memberOf, object);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
