import type { Client } from '@tke/kube-client';
import type { SubjectAccessReviewStatus } from '@tke/meta';
import type { Asked } from '@tke/authz';

/** As whom the server knows somebody. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** As whom the server knows us. */
export async function ownIdentity(client: Client, signal: AbortSignal): Promise<Identity> {
  const review = (await post(client, 'authentication.k8s.io/v1', 'SelfSubjectReview', {}, signal)) as {
    readonly status?: { readonly userInfo?: Partial<Omit<Identity, 'user'>> & { readonly username?: string } };
  };
  const { username = '', groups = [], extra = {} } = review.status?.userInfo ?? {};
  return { user: username, groups, extra };
}

/** The name under which the server knows us. */
export async function ownName(client: Client, signal: AbortSignal): Promise<string> {
  return (await ownIdentity(client, signal)).user;
}

/** The server's own answer about ourselves, from all its authorizers. */
export async function askServer(client: Client, asked: Asked, signal: AbortSignal): Promise<SubjectAccessReviewStatus> {
  const review = (await post(
    client,
    'authorization.k8s.io/v1',
    'SelfSubjectAccessReview',
    serverSpec(asked),
    signal,
  )) as {
    readonly status: SubjectAccessReviewStatus;
  };
  return review.status;
}

/** Parsed requirements stand beside the raw text in a review. */
function serverSpec({ resourceAttributes, nonResourceAttributes }: Asked): object {
  if (resourceAttributes === undefined) {
    return { nonResourceAttributes };
  }
  const { fieldSelector, ...attributes } = resourceAttributes;
  return {
    resourceAttributes: {
      ...attributes,
      ...(fieldSelector !== undefined && { fieldSelector: { requirements: fieldSelector } }),
    },
  };
}

function post(client: Client, apiVersion: string, kind: string, spec: object, signal: AbortSignal): Promise<unknown> {
  const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
  return client.request({ method: 'POST', path, body: { apiVersion, kind, metadata: {}, spec }, signal });
}
