/** An entry of a map that holds several entries per key: they are linked, which costs one word instead of an array. */
export interface Chained<T> {
  next: T | undefined;
}

export function addToChain<K, T extends Chained<T>>(heads: Map<K, T>, key: K, entry: T): void {
  entry.next = heads.get(key);
  heads.set(key, entry);
}

export function removeFromChain<K, T extends Chained<T>>(heads: Map<K, T>, key: K, entry: T): void {
  const head = heads.get(key);
  if (head === entry) {
    if (entry.next === undefined) {
      heads.delete(key);
    } else {
      heads.set(key, entry.next);
    }
    return;
  }
  let before = head;
  while (before !== undefined && before.next !== entry) {
    before = before.next;
  }
  if (before !== undefined) {
    before.next = entry.next;
  }
}
