import { catalogue as builtinCatalogue, type KubernetesRelease } from '@tke/package-source';
import type { CacheReader } from '@tke/runtime';
import type { KindAdmission } from '@tke/webhook';

import { addonAdmission, addonKinds } from './addon.ts';
import { clusterCredentialAdmission } from './cluster-credential.ts';
import { clusterAdmission } from './cluster.ts';
import type { AdmissionContext } from './context.ts';
import { machineAdmission } from './machine.ts';
import { registryAdmission } from './registry.ts';

export interface PlatformAdmissionsOptions extends Pick<
  AdmissionContext,
  'namespace' | 'callerTenant' | 'administersTenant' | 'clusterEndWarnings'
> {
  /** Default: that of the package source. */
  readonly catalogue?: readonly KubernetesRelease[];
}

/**
 * Admission of the kinds of platform.tkestack.io: what schema and CEL cannot say, because it is about other objects. Reads the cache
 * only; `registerAdmissionInformers` says what must be in it.
 */
export function platformAdmissions(
  cache: CacheReader,
  { catalogue = builtinCatalogue, ...options }: PlatformAdmissionsOptions,
): readonly KindAdmission[] {
  const context: AdmissionContext = { cache, catalogue, ...options };
  return [
    clusterAdmission(context),
    machineAdmission(context),
    clusterCredentialAdmission(context),
    registryAdmission(context),
    ...addonKinds.map((kind) => addonAdmission(kind, context)),
  ];
}
