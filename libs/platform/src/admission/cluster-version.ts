import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { FieldProblem } from '@tke/webhook';

import { versionToBuild } from '../build/version.ts';
import type { AdmissionContext } from './context.ts';

const field = 'spec.version';

/** Of a cluster that is built here: one of the catalogue, and once it is begun, the one it was begun with. */
export function versionProblems(
  object: DeepReadonly<Cluster>,
  { catalogue }: Pick<AdmissionContext, 'catalogue'>,
): readonly FieldProblem[] {
  const { version } = object.spec;
  if (!version) {
    return [];
  }
  const built = versionToBuild(object);
  if (built !== version) {
    const rule = `must stay ${built}, which the cluster was built with: clusters cannot be upgraded yet`;
    return [{ field, value: version, rule, remedy: 'Put the version back.', type: 'Forbidden' }];
  }
  const isBuilt = object.status?.builtVersion === version;
  if (isBuilt || catalogue.some(({ kubernetes }) => kubernetes === version)) {
    return [];
  }
  const rule = `must be one of ${catalogue.map(({ kubernetes }) => kubernetes).join(', ')}`;
  return [{ field, value: version, rule, remedy: 'Choose one of them, or leave the field out.', type: 'NotSupported' }];
}
