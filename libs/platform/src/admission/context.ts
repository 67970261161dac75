import type { KubernetesRelease } from '@tke/package-source';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionUser } from '@tke/webhook';

/** Whom a request speaks for, as `callerTenant` of @tke/policy tells. */
export type CallerTenant =
  | { readonly kind: 'platform' }
  | { readonly kind: 'tenant'; readonly tenant: string }
  /** Claims to belong to tenants, but not to which one. */
  | { readonly kind: 'ambiguous' };

/** What admission knows besides the request. */
export interface AdmissionContext {
  readonly cache: CacheReader;
  /** Where the Secrets are that objects name. */
  readonly namespace: string;
  /** The versions clusters are built with, newest first. */
  readonly catalogue: readonly KubernetesRelease[];
  readonly callerTenant: (user: AdmissionUser) => CallerTenant;
}
