import { isNotFound, type Reader } from '@tke/kube-client';

import { nodeKind, type Node } from './node.ts';

/** Undefined when there is none of that name. */
export async function findNode(
  client: Pick<Reader, 'get'>,
  name: string,
  signal: AbortSignal,
): Promise<Node | undefined> {
  try {
    return await client.get<Node>(nodeKind, { name }, { signal });
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}
