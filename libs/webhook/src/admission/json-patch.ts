import type { JsonPatchOperation } from '@tke/kube-client';
import { jsonEqual } from '@tke/runtime';

/** What takes away more keys of one object than that replaces the object: whoever sends it decides how many there are. */
const mostRemoved = 100;

/**
 * The RFC 6902 operations that turn `before` into `after`, both JSON values. Objects are compared by key; arrays are
 * replaced whole, since an index says nothing once another webhook has changed the list.
 */
export function jsonPatch(before: unknown, after: unknown): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  compare(before, after, '', operations);
  return operations;
}

function compare(before: unknown, after: unknown, path: string, operations: JsonPatchOperation[]): void {
  if (!isObject(before) || !isObject(after)) {
    if (!jsonEqual(before, after)) {
      operations.push({ op: 'replace', path, value: after });
    }
    return;
  }
  const removed = definedKeys(before).filter((key) => !has(after, key));
  if (removed.length > mostRemoved) {
    operations.push({ op: 'replace', path, value: after });
    return;
  }
  for (const key of removed) {
    operations.push({ op: 'remove', path: child(path, key) });
  }
  for (const key of definedKeys(after)) {
    if (has(before, key)) {
      compare(before[key], after[key], child(path, key), operations);
    } else {
      operations.push({ op: 'add', path: child(path, key), value: after[key] });
    }
  }
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
