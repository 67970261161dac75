import type { LocalIdentity } from '@tke/api-auth';
import type { DeepReadonly, KubeObject } from '@tke/meta';

import { passwordState, plainPasswordAdvice } from '../identity/check-identity.ts';

/** What manifests written for TKEStack may carry, wherever it applies. */
type Manifest = DeepReadonly<KubeObject> & {
  readonly spec?: {
    readonly finalizers?: readonly string[] | null;
    readonly extra?: Readonly<Record<string, string>> | null;
    readonly lastDomain?: string;
  };
  readonly status?: { readonly users?: readonly unknown[] | null; readonly groups?: readonly unknown[] | null };
  readonly Status?: unknown;
};

/** Fields of the spec that TKEStack read and nobody reads here. */
export function specLeftovers(object: DeepReadonly<KubeObject>): readonly string[] {
  const { spec, Status: capital } = object as Manifest;
  return [
    ...(spec?.finalizers?.length
      ? ['spec.finalizers is ignored: metadata.finalizers do its work, and controllers set them']
      : []),
    ...(spec?.extra?.policies ? ['spec.extra.policies grants nothing: write a PolicyBinding for each policy'] : []),
    ...(capital === undefined || capital === null ? [] : ['Status is ignored: what was observed is in status']),
  ];
}

const replacements: Readonly<Record<string, string>> = {
  Policy: 'a PolicyBinding',
  Role: 'a RoleBinding',
  LocalGroup: 'LocalGroup.spec.users',
};

/**
 * Subjects in a status that is sent with a creation, as TKEStack took them. The API server drops that status after the
 * mutating webhooks, so that this can be said by those only.
 */
export function statusLeftovers(object: DeepReadonly<KubeObject>): readonly string[] {
  const { kind, status } = object as Manifest;
  const replacement = replacements[kind];
  if (replacement === undefined) {
    return [];
  }
  return (['users', 'groups'] as const)
    .filter((field) => status?.[field]?.length)
    .map(
      (field) =>
        `status.${field} is not stored: ${field === 'groups' && kind === 'LocalGroup' ? 'groups have no groups in them' : `name them in ${replacement}`}`,
    );
}

export function identityLeftovers(object: DeepReadonly<LocalIdentity>): readonly string[] {
  return [
    ...(passwordState(object) === 'NotHashed' ? [plainPasswordAdvice] : []),
    ...(object.spec.groups?.length ? ['spec.groups is ignored: name the user in LocalGroup.spec.users'] : []),
  ];
}
