import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import { catalogue } from '@tke/package-source';

import { isBegun } from '../cluster/built.ts';
import { nonEmpty } from '../hosts/non-empty.ts';

/**
 * The version of Kubernetes a cluster is built with, without a leading v. What was chosen stays once the first step is done: a later
 * release of the platform knows newer versions, and hosts of two versions must not come out of one plan.
 */
export function versionToBuild(cluster: DeepReadonly<Cluster>): string {
  const { spec, status } = cluster;
  const chosen = status?.builtVersion;
  const wanted = nonEmpty(spec.version) ?? catalogue[0]?.kubernetes ?? '';
  return isBegun(cluster) ? (chosen ?? wanted) : wanted;
}
