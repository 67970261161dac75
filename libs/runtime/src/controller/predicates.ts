import type { DeepReadonly, KubeObject } from '@tke/meta';

/**
 * Decides whether an event leads to a reconcile. A function left out lets its events pass. An update between two
 * objects of different uids is shown as a deletion and a creation.
 */
export interface Predicate<T extends KubeObject = KubeObject> {
  readonly create?: (object: DeepReadonly<T>) => boolean;
  readonly update?: (before: DeepReadonly<T>, after: DeepReadonly<T>) => boolean;
  readonly delete?: (lastKnown: DeepReadonly<T>) => boolean;
}

/**
 * Passes updates that changed `metadata.generation`: the spec or the deletion timestamp, not status, labels or
 * annotations. Resyncs do not pass.
 */
export const generationChanged: Predicate = {
  update: (before, after) => before.metadata.generation !== after.metadata.generation,
};

export const labelChanged: Predicate = {
  update: (before, after) => !sameEntries(before.metadata.labels, after.metadata.labels),
};

export const annotationChanged: Predicate = {
  update: (before, after) => !sameEntries(before.metadata.annotations, after.metadata.annotations),
};

/** Passes what all of the predicates pass. */
export function and<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return {
    create: (object) => predicates.every((predicate) => predicate.create?.(object) ?? true),
    update: (before, after) => predicates.every((predicate) => predicate.update?.(before, after) ?? true),
    delete: (lastKnown) => predicates.every((predicate) => predicate.delete?.(lastKnown) ?? true),
  };
}

/** Passes what at least one of the predicates passes. */
export function or<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return {
    create: (object) => predicates.some((predicate) => predicate.create?.(object) ?? true),
    update: (before, after) => predicates.some((predicate) => predicate.update?.(before, after) ?? true),
    delete: (lastKnown) => predicates.some((predicate) => predicate.delete?.(lastKnown) ?? true),
  };
}

export function not<T extends KubeObject>(predicate: Predicate<T>): Predicate<T> {
  return {
    create: (object) => !(predicate.create?.(object) ?? true),
    update: (before, after) => !(predicate.update?.(before, after) ?? true),
    delete: (lastKnown) => !(predicate.delete?.(lastKnown) ?? true),
  };
}

type Entries = Readonly<Record<string, string>>;

function sameEntries(before: Entries = {}, after: Entries = {}): boolean {
  const names = Object.keys(before);
  return names.length === Object.keys(after).length && names.every((name) => before[name] === after[name]);
}
