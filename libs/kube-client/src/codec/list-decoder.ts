import { apiVersionOf, type Kind, type KubeObject, type ListMeta, type ObjectList } from '@tke/meta';

import { ItemScanner } from './item-scanner.ts';

interface Envelope {
  readonly metadata?: ListMeta;
}

/** The apiserver leaves type and version out of the items of its own kinds: they stand in the list. */
function withType<T extends KubeObject>(item: Partial<T>, apiVersion: string, kind: string): T {
  item.apiVersion ??= apiVersion;
  item.kind ??= kind;
  return item as T;
}

/**
 * Reads a list object by object, as it arrives. A page may be any size: a server may ignore `limit` (it does so for lists
 * from its cache), and one JSON.parse of 100,000 objects would hold the event loop for a second. What a socket delivers
 * in one turn of the loop takes a few milliseconds.
 * Throws a SyntaxError when the text is not that of a list.
 */
export async function decodeList<T extends KubeObject>(
  kind: Kind<T>,
  body: AsyncIterable<Buffer>,
): Promise<ObjectList<T>> {
  const apiVersion = apiVersionOf(kind);
  const scanner = new ItemScanner();
  const items: T[] = [];
  for await (const chunk of body) {
    for (const text of scanner.scan(chunk)) {
      items.push(withType(JSON.parse(text) as Partial<T>, apiVersion, kind.kind));
    }
  }
  const envelope = JSON.parse(scanner.envelope) as Envelope | null;
  return { metadata: envelope?.metadata ?? {}, items };
}
