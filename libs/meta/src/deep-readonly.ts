/** `T` with every property readonly, at any depth: the type of what a cache hands out. */
export type DeepReadonly<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** Freezes at every depth: who writes to a shared object gets a TypeError there and then, instead of corrupting every reader. */
export function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const key in value) {
      deepFreeze(value[key]);
    }
  }
  return value as DeepReadonly<T>;
}
