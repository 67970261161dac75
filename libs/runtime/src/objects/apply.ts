import type { Writer } from '@tke/kube-client';
import { apiVersionOf, keyOf, type Kind, type KubeObject } from '@tke/meta';

export interface ApplyOptions {
  /** One per controller, `tke/<controller>`; must always apply the complete set of fields it owns. */
  readonly fieldManager: string;
  readonly signal: AbortSignal;
  /** Take fields over from other managers. Default false: a conflict is an error. */
  readonly force?: boolean;
}

/** Server-side apply: creates the object, or makes the given fields of it be as given. */
export function applyObject<T extends KubeObject>(
  client: Pick<Writer, 'patch'>,
  kind: Kind<T>,
  object: Omit<T, 'apiVersion' | 'kind'>,
  options: ApplyOptions,
): Promise<T> {
  const body = { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
  return client.patch(kind, keyOf(object), { type: 'apply', body }, options);
}
