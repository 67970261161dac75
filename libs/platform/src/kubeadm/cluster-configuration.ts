import { isIPv6 } from 'node:net';

import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { BuildScope } from '../build/scope.ts';
import { given } from '../network/given.ts';
import type { ClusterNetwork } from '../network/cluster-network.ts';
import { apiServerName } from './api-server-name.ts';
import { argList, extraFlags, type Flags } from './args.ts';
import { controlPlaneEndpoint } from './control-plane-endpoint.ts';
import {
  auditFolder,
  auditLogFolder,
  auditLogPath,
  auditPolicyPath,
  authzConfigPath,
  authzFolder,
  defaultEtcdFolder,
} from './paths.ts';
import { isSkipped } from './skipped.ts';
import { folderVolume, volumesOfFlags, type Volume } from './volumes.ts';

export const kubeadmApi = 'kubeadm.k8s.io/v1beta4';

export type ClusterInput = Pick<BuildScope, 'cluster' | 'version' | 'network' | 'controlPlane' | 'authorization'>;

/**
 *  What all hosts of a control plane have in common. kubeadm keeps it in the cluster, for hosts that join and for
 * upgrades.
 */
export function clusterConfiguration(input: ClusterInput): object {
  const { cluster, version, network } = input;
  return {
    apiVersion: kubeadmApi,
    kind: 'ClusterConfiguration',
    clusterName: cluster.metadata.name,
    kubernetesVersion: `v${version}`,
    controlPlaneEndpoint: controlPlaneEndpoint(cluster),
    networking: {
      dnsDomain: network.dnsDomain,
      podSubnet: network.podCidrs.join(','),
      serviceSubnet: network.serviceCidrs.join(','),
    },
    apiServer: { certSANs: certSANs(input), ...apiServer(input) },
    controllerManager: component(nodeMaskFlags(network), cluster.spec.controllerManagerExtraArgs),
    scheduler: component({}, cluster.spec.schedulerExtraArgs),
    etcd: etcd(cluster),
  };
}

function component(ours: Flags, spec: Flags | undefined, volumes: readonly Volume[] = []): object {
  return {
    extraArgs: argList(extraFlags(ours, spec)),
    extraVolumes: [...volumes, ...volumesOfFlags(spec, volumes)],
  };
}

function apiServer({ cluster, authorization }: ClusterInput): object {
  const readable = { readOnly: true, pathType: 'Directory' } as const;
  const authz = authorization !== undefined && !isSkipped(cluster, 'EnsureAuthzWebhook');
  const audit = !isSkipped(cluster, 'EnsureAuditConfig');
  return component(
    { ...(authz ? { 'authorization-config': authzConfigPath } : {}), ...(audit ? auditFlags : {}) },
    cluster.spec.apiServerExtraArgs,
    [
      ...(authz ? [folderVolume('tke-authz', authzFolder, readable)] : []),
      ...(audit
        ? [
            folderVolume('tke-audit', auditFolder, readable),
            folderVolume('tke-audit-log', auditLogFolder, { readOnly: false, pathType: 'DirectoryOrCreate' }),
          ]
        : []),
    ],
  );
}

/** Eleven files of 100 MB at most, for 30 days. */
const auditFlags: Flags = {
  'audit-policy-file': auditPolicyPath,
  'audit-log-path': auditLogPath,
  'audit-log-maxage': '30',
  'audit-log-maxbackup': '10',
  'audit-log-maxsize': '100',
};

/** kubeadm judges clusterCIDR by these flags, not by node-cidr-mask-size (validation.go, getClusterNodeMask). */
function nodeMaskFlags({ podCidrs, nodeMasks }: ClusterNetwork): Flags {
  return Object.fromEntries(
    podCidrs.map((cidr, i) => [`node-cidr-mask-size-ipv${cidr.includes(':') ? 6 : 4}`, String(nodeMasks[i])]),
  );
}

function certSANs({ cluster: { spec }, controlPlane }: ClusterInput): readonly string[] {
  const { ha } = spec.features ?? {};
  const balancers = [ha?.tke?.vip, ha?.thirdParty?.vip].filter((vip) => vip !== undefined);
  const names = [
    ...['127.0.0.1', '::1', 'localhost', apiServerName],
    ...controlPlane,
    ...balancers,
    ...(spec.publicAlternativeNames ?? []),
  ];
  return [...new Set(names.filter((name) => name !== '').map((name) => (isIPv6(name) ? name : name.toLowerCase())))];
}

function etcd({ spec }: DeepReadonly<Cluster>): object {
  const { local = {}, external } = spec.etcd ?? {};
  if (external !== undefined) {
    return { external };
  }
  return {
    local: {
      dataDir: given(local.dataDir) ?? defaultEtcdFolder,
      extraArgs: argList(extraFlags(etcdFlags, local.extraArgs)),
      serverCertSANs: [...new Set(['etcd', 'etcd.kube-system', ...(local.serverCertSANs ?? [])])],
      peerCertSANs: local.peerCertSANs,
    },
  };
}

/** 6 GiB, as TKEStack: etcd's own 2 GiB are soon full of events; it advises at most 8 GiB. */
const etcdFlags: Flags = { 'quota-backend-bytes': String(6 * 1024 ** 3) };
