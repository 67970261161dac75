import type { Client } from '@tke/kube-client';
import type { SubjectAccessReviewStatus } from '@tke/meta';
import type { Asked } from '@tke/authz';

/** The name under which the server knows us. */
export async function ownName(client: Client, signal: AbortSignal): Promise<string> {
  const review = (await post(client, 'authentication.k8s.io/v1', 'SelfSubjectReview', {}, signal)) as {
    readonly status?: { readonly userInfo?: { readonly username?: string } };
  };
  return review.status?.userInfo?.username ?? '';
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
