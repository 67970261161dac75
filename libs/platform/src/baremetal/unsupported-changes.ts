import type { Cluster } from '@tke/api-platform';
import type { CodedError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';

import { platformErrors } from '../errors.ts';

/** What spec asks of a cluster that is built, and the platform cannot do: to be said, not to be overlooked. */
export function unsupportedChange({ spec, status }: DeepReadonly<Cluster>): CodedError | undefined {
  const built = (status?.hosts ?? []).map(({ ip }) => ip);
  const wanted = (spec.machines ?? []).map(({ ip }) => ip);
  const added = wanted.filter((ip) => !built.includes(ip));
  const removed = built.filter((ip) => !wanted.includes(ip));
  if (added.length > 0 || removed.length > 0) {
    const changes = [listed('would add', added), listed('would remove', removed)].filter((text) => text !== '');
    return platformErrors.ScaleNotSupported(
      `spec.machines ${changes.join(' and ')}, but the hosts of a control plane cannot be changed yet once it is built`,
    );
  }
  if (spec.version && status?.builtVersion && spec.version !== status.builtVersion) {
    return platformErrors.UpgradeNotSupported(
      `spec.version is ${spec.version}, but clusters cannot be upgraded yet: this one was built with ${status.builtVersion}`,
    );
  }
  return undefined;
}

function listed(verb: string, ips: readonly string[]): string {
  return ips.length === 0 ? '' : `${verb} ${ips.join(', ')}`;
}
