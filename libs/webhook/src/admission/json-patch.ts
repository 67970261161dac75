import type { JsonPatchOperation } from '@tke/kube-client';
import { jsonEqual } from '@tke/runtime';

/**
 * The RFC 6902 operations that turn `before` into `after`, both JSON values. Objects are compared by key; arrays are
 * replaced whole, since an index says nothing once another webhook has changed the list.
 */
export function jsonPatch(before: unknown, after: unknown, path = ''): JsonPatchOperation[] {
  if (!isObject(before) || !isObject(after)) {
    return jsonEqual(before, after) ? [] : [{ op: 'replace', path, value: after }];
  }
  const operations: JsonPatchOperation[] = [];
  for (const key of definedKeys(before)) {
    if (!has(after, key)) {
      operations.push({ op: 'remove', path: child(path, key) });
    }
  }
  for (const key of definedKeys(after)) {
    if (has(before, key)) {
      operations.push(...jsonPatch(before[key], after[key], child(path, key)));
    } else {
      operations.push({ op: 'add', path: child(path, key), value: after[key] });
    }
  }
  return operations;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON has no `undefined`: a property that holds it is absent. */
function has(object: Record<string, unknown>, key: string): boolean {
  return Object.hasOwn(object, key) && object[key] !== undefined;
}

function definedKeys(object: Record<string, unknown>): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}

function child(path: string, key: string): string {
  return `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
