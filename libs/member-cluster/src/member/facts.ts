import { isForbidden, isNotFound, KubeTransportError, type Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';

/** What a member told about itself when it last came up, or five minutes ago at most. */
export interface MemberFacts {
  /** As the API server reports it, `v1.36.3`. */
  readonly version: string;
  /** Of the namespace kube-system: tells one cluster from another. Absent when the credential may not read it. */
  readonly uid?: string;
}

export async function learnFacts(client: Client, signal: AbortSignal): Promise<MemberFacts> {
  const [version, uid] = await Promise.all([versionOf(client, signal), uidOf(client, signal)]);
  return { version, ...(uid !== undefined && { uid }) };
}

/**
 * Whether what answers now is, or may be, another cluster than before. A rebuilt one shows by its uid; behind a new address
 * the same one must show by it.
 */
export function isAnother(before: MemberFacts, now: MemberFacts, newAddress: boolean): boolean {
  return newAddress ? now.uid === undefined || now.uid !== before.uid : now.uid !== before.uid && now.uid !== undefined;
}

async function versionOf(client: Client, signal: AbortSignal): Promise<string> {
  const answer = (await client.request({ path: '/version', signal })) as { readonly gitVersion?: unknown } | null;
  if (typeof answer?.gitVersion !== 'string') {
    throw new KubeTransportError('BadResponse', 'GET /version: the answer is not that of a kube-apiserver');
  }
  return answer.gitVersion;
}

async function uidOf(client: Client, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { metadata } = await client.get(coreKinds.namespace, { name: 'kube-system' }, { signal });
    return metadata.uid;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}
