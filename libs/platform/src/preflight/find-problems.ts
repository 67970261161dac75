import type { PreflightProblem } from '@tke/api-platform';

import { findBetweenHosts, type OtherHost } from './between-hosts.ts';
import type { HostSubject, Purpose } from './check.ts';
import { findInCluster } from './cluster-checks.ts';
import { machineChecks } from './machine-checks.ts';
import { networkChecks } from './network-checks.ts';
import { takeoverChecks } from './takeover-checks.ts';

/** The reset of a host removes what these look for: whoever wants the host moves it away first. */
const unskippable: readonly string[] = ['Owner', 'ContainerRuntime', 'Kubernetes', 'Files'];

const hostChecks = [...machineChecks, ...networkChecks, ...takeoverChecks];

/** In `features.skipConditions`, before the name of a check that is to be left out. */
const prefix = 'EnsurePreflight/';

/** Everything that speaks against preparing these hosts, in the order of hosts. Pure. */
export function findProblems(
  hosts: readonly HostSubject[],
  others: readonly OtherHost[],
  purpose: Purpose,
): readonly PreflightProblem[] {
  const skipped = (purpose.cluster.spec.features?.skipConditions ?? [])
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  const ofHosts = hosts.flatMap((host) =>
    hostChecks.flatMap(({ name, find }) => {
      const finding = find(host, purpose);
      return finding === undefined ? [] : [{ host: host.node.ip, check: name, ...finding }];
    }),
  );
  const all = [...findInCluster(purpose), ...ofHosts, ...findBetweenHosts(hosts, others, purpose)];
  return all.filter(({ check }) => unskippable.includes(check) || !skipped.includes(check));
}
