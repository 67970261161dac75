import type { PreflightProblem } from '@tke/api-platform';
import type { HostFacts } from '@tke/host';

import type { HostSubject, Purpose } from './check.ts';

/** etcd and certificates get along with less; more is a clock that nobody sets. TKEStack's limit. */
const mostClockSkewMs = 5000;

/** A host of the cluster that is not prepared in this plan, to compare with. */
export interface OtherHost {
  readonly ip: string;
  readonly facts: HostFacts;
}

/** What no host can tell alone. Of two that are alike, the later one has the problem. */
export function findBetweenHosts(
  hosts: readonly HostSubject[],
  others: readonly OtherHost[],
  purpose: Purpose,
): readonly PreflightProblem[] {
  const named = hosts.map(({ node, facts }) => ({ ip: node.ip, facts }));
  const all: readonly OtherHost[] = [...others, ...named];
  return named.flatMap((host) => {
    const before = all.slice(0, all.indexOf(host));
    return [
      ...(purpose.cluster.spec.hostnameAsNodename === true ? sameName(host, before) : []),
      ...sameMachine(host, before),
      ...otherTime(host, all[0]),
    ];
  });
}

function sameName(host: OtherHost, before: readonly OtherHost[]): readonly PreflightProblem[] {
  const twins = before.filter(({ facts }) => facts.hostname === host.facts.hostname);
  return problem(host, 'Hostname', twins, {
    what: `the host name ${host.facts.hostname}`,
    remedy: 'Give each host a name of its own (hostnamectl set-hostname), or do without hostnameAsNodename.',
  });
}

/** Clones of a disk or of a virtual machine. A container has the identity of the machine it runs on, and tells nothing. */
function sameMachine(host: OtherHost, before: readonly OtherHost[]): readonly PreflightProblem[] {
  const { machineId, productUuid, container } = host.facts;
  const byId = machineId === '' ? [] : before.filter(({ facts }) => facts.machineId === machineId);
  const byUuid =
    productUuid === '' || container !== undefined
      ? []
      : before.filter(({ facts }) => facts.productUuid === productUuid);
  return [
    ...problem(host, 'MachineId', byId, {
      what: 'the machine id (/etc/machine-id)',
      remedy: 'Remove /etc/machine-id and /var/lib/dbus/machine-id of the clone, and run "systemd-machine-id-setup".',
    }),
    ...problem(host, 'ProductUuid', byUuid, {
      what: 'the UUID of the machine (/sys/class/dmi/id/product_uuid)',
      remedy: 'Let the virtualization give each machine an UUID of its own, or do not name a host twice.',
    }),
  ];
}

function problem(
  { ip }: OtherHost,
  check: string,
  twins: readonly OtherHost[],
  { what, remedy }: { readonly what: string; readonly remedy: string },
): readonly PreflightProblem[] {
  return twins.length === 0
    ? []
    : [{ host: ip, check, message: `it shares ${what} with ${twins.map((twin) => twin.ip).join(', ')}`, remedy }];
}

/** Differences smaller than what the measurement leaves open are none. */
function otherTime({ ip, facts }: OtherHost, reference: OtherHost | undefined): readonly PreflightProblem[] {
  if (reference === undefined || reference.ip === ip) {
    return [];
  }
  const { aheadMs, uncertaintyMs } = facts.clock;
  const skewMs = aheadMs - reference.facts.clock.aheadMs;
  if (Math.abs(skewMs) - uncertaintyMs - reference.facts.clock.uncertaintyMs <= mostClockSkewMs) {
    return [];
  }
  const where = skewMs > 0 ? 'ahead of' : 'behind';
  return [
    {
      host: ip,
      check: 'Clock',
      message: `its clock is ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${where} that of ${reference.ip}`,
      remedy: 'Let a service set the clocks of all hosts, e.g. chrony or systemd-timesyncd.',
    },
  ];
}
