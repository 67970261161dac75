/** An entry of a list that is linked through its entries: it costs one word per entry and no array. */
export interface Chained<T> {
  next: T | undefined;
}

/** @returns the new head. */
export function withEntry<T extends Chained<T>>(head: T | undefined, entry: T): T {
  entry.next = head;
  return entry;
}

/** @returns the new head; undefined when nothing is left. */
export function withoutEntry<T extends Chained<T>>(head: T | undefined, entry: T): T | undefined {
  if (head === entry) {
    return entry.next;
  }
  let before = head;
  while (before !== undefined && before.next !== entry) {
    before = before.next;
  }
  if (before !== undefined) {
    before.next = entry.next;
  }
  return head;
}

export function addToChain<K, T extends Chained<T>>(heads: Map<K, T>, key: K, entry: T): void {
  heads.set(key, withEntry(heads.get(key), entry));
}

export function removeFromChain<K, T extends Chained<T>>(heads: Map<K, T>, key: K, entry: T): void {
  const head = heads.get(key);
  const left = withoutEntry(head, entry);
  if (left === undefined) {
    heads.delete(key);
  } else if (left !== head) {
    heads.set(key, left);
  }
}

export function firstInChain<T extends Chained<T>>(head: T | undefined, accepts: (entry: T) => boolean): T | undefined {
  for (let entry = head; entry !== undefined; entry = entry.next) {
    if (accepts(entry)) {
      return entry;
    }
  }
  return undefined;
}

export function* chained<T extends Chained<T>>(head: T | undefined): Generator<T> {
  for (let entry = head; entry !== undefined; entry = entry.next) {
    yield entry;
  }
}
