import { randomInt } from 'node:crypto';

import type { ClusterAccess } from '@tke/envtest';
import { connect, isAlreadyExists, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';

import { machineIPLabel } from '../../names.ts';
import { nodeKind, type Node } from '../node/node.ts';

/** An API server as the member that is built, with what its controller manager would have published. */
export async function memberClient({ kubeconfigPath }: ClusterAccess): Promise<Client> {
  const client = await connect({ kubeconfig: kubeconfigPath, userAgent: 'test/1', logger: discardLogger });
  const metadata = { namespace: 'kube-system', name: 'kube-root-ca.crt' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': 'CA' } };
  await client.create<coreKinds.ConfigMap>(coreKinds.configMap, object).catch((error: unknown) => {
    if (!isAlreadyExists(error)) {
      throw error;
    }
  });
  return client;
}

/** Nodes are of the whole cluster, which tests share. */
export function anyIP(): string {
  return `10.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

export interface NodeOptions {
  /** Value of the label machine-ip. Default: its name. */
  readonly machineIP?: string;
  readonly ready?: boolean;
  readonly why?: string;
  readonly podCIDRs?: string[];
}

/** A Node as its kubelet registers it. */
export async function registerNode(client: Client, name: string, options: NodeOptions = {}): Promise<Node> {
  const { machineIP = name, ready = false, why = 'container runtime network not ready', podCIDRs } = options;
  await client.create<Node>(nodeKind, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: machineIP === '' ? {} : { [machineIPLabel]: machineIP } },
    ...(podCIDRs?.[0] === undefined ? {} : { spec: { podCIDR: podCIDRs[0], podCIDRs } }),
  });
  const body = {
    status: {
      addresses: [{ type: 'InternalIP', address: name }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', reason: 'Test', message: why }],
    },
  };
  return client.patch<Node>(nodeKind, { name }, { type: 'merge', body }, { subresource: 'status' });
}
