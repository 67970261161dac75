import { machine, type Cluster, type Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import {
  kindAdmission,
  merged,
  withTenant,
  type FieldProblem,
  type KindAdmission,
  type ValidationResult,
} from '@tke/webhook';

import { machinesOf } from '../build/machines-of.ts';
import { networkOf } from './cluster-network.ts';
import type { AdmissionContext } from './context.ts';
import { hostsOfCluster, oneSpelling } from './indexes.ts';
import { inlineInLogin, inlineWarnings } from './inline-secrets.ts';
import { leftoverWarnings } from './leftovers.ts';
import { nodeCapacity } from './node-capacity.ts';
import { checkSecretPowers } from './secret-powers.ts';
import { checkSecrets, secretsOfLogin } from './secret-refs.ts';
import { sharedHostWarnings } from './shared-hosts.ts';
import { namedCluster } from './tenant.ts';

export function machineAdmission(context: AdmissionContext): KindAdmission<Machine> {
  return kindAdmission<Machine>({
    kind: machine,
    default: (request) => withTenant(request, context.callerTenant),
    change: (request) => checkSecretPowers(request, ({ spec }) => secretsOfLogin('spec', spec), context),
    examine: (object) => {
      const { spec } = object;
      const { clusterName, ip, tenantID = '' } = spec;
      return merged([
        checkPlace(object, context),
        checkSecrets(secretsOfLogin('spec', spec), tenantID, context),
        { warnings: sharedHostWarnings({ field: 'spec.ip', ip, tenantID, clusterName, isMachine: true }, context) },
        { warnings: inlineWarnings('Machine', inlineInLogin('spec', spec), 'prefer credentialSecretRef') },
        { warnings: leftoverWarnings(object) },
      ]);
    },
  });
}

/** What the reconciler refuses as well: objects come in any order, and while no webhook is asked. */
function checkPlace(object: DeepReadonly<Machine>, context: AdmissionContext): ValidationResult {
  const { clusterName, tenantID = '' } = object.spec;
  const named = namedCluster({ field: 'spec.clusterName', clusterName, tenantID }, context);
  if (named.kind === 'none') {
    return named;
  }
  const { cluster } = named;
  if (cluster.spec.type === 'Imported') {
    return { problems: [importedCluster(clusterName)], warnings: [] };
  }
  const others = machinesOf(context.cache, cluster).filter(({ metadata }) => metadata.name !== object.metadata.name);
  const { problems, warnings } = checkAddress(object, cluster, others);
  return { problems: [...problems, ...capacityProblems(cluster, others)], warnings };
}

function importedCluster(value: string): FieldProblem {
  return {
    field: 'spec.clusterName',
    value,
    rule: 'must name a cluster that is built here, and this one is imported',
    remedy: 'Join the host with the tools of whoever runs the cluster.',
    type: 'Invalid',
  };
}

function checkAddress(
  { spec }: DeepReadonly<Machine>,
  cluster: DeepReadonly<Cluster>,
  others: readonly DeepReadonly<Machine>[],
): ValidationResult {
  const { clusterName, ip } = spec;
  const host = oneSpelling(ip);
  if (hostsOfCluster(cluster).includes(host)) {
    return { problems: [taken(ip, `of a host of the control plane of Cluster ${clusterName}`)], warnings: [] };
  }
  const holders = others.filter((each) => oneSpelling(each.spec.ip) === host);
  const holder = holders.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (holder !== undefined) {
    return { problems: [taken(ip, `of Machine ${holder.metadata.name ?? ''}`)], warnings: [] };
  }
  const leaving = holders.map(({ metadata }) => metadata.name ?? '');
  return {
    problems: [],
    warnings: leaving.map(
      (name) => `spec.ip: Machine ${name} is still being removed from ${ip}; until it is, this one waits`,
    ),
  };
}

function taken(value: string, whose: string): FieldProblem {
  const rule = `must not be the address ${whose}`;
  return { field: 'spec.ip', value, rule, remedy: 'Correct the address, or delete what has it.', type: 'Duplicate' };
}

/** Nodes without a block of addresses for pods never become ready. */
function capacityProblems(
  cluster: DeepReadonly<Cluster>,
  others: readonly DeepReadonly<Machine>[],
): readonly FieldProblem[] {
  const network = networkOf(cluster);
  const staying = others.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const present = (cluster.spec.machines ?? []).length + staying.length;
  const room = network === undefined ? Infinity : nodeCapacity(network);
  if (network === undefined || present < room) {
    return [];
  }
  const rule = `must name a cluster with room for another node: ${network.podCidrs.join(',')} has blocks of addresses for ${room}, and there are ${present}`;
  return [
    {
      field: 'spec.clusterName',
      value: cluster.metadata.name ?? '',
      rule,
      remedy: 'Delete a Machine, or create a cluster with a larger clusterCIDR or a smaller properties.maxNodePodNum.',
      type: 'Forbidden',
    },
  ];
}
