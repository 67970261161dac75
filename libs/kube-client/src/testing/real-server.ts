import { sharedControlPlane, uniqueName, waitFor } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { coreKinds, type CustomResourceDefinition, type Kind, type KubeObject } from '@tke/meta';

import type { Client } from '../client.ts';
import { connect } from '../connect.ts';

/** The administrator's client of the control plane that all integration tests share. */
export async function realClient(): Promise<Client> {
  const { kubeconfigPath: kubeconfig } = await sharedControlPlane();
  return connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger });
}

/** A namespace for one test file. */
export async function newNamespace(client: Client): Promise<string> {
  const name = uniqueName('kube-client');
  await client.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

export interface Widget extends KubeObject {
  spec: { size: number; color?: string };
  status?: { ready: boolean };
}

/** Installs a CRD with a status subresource in a group of its own. */
export async function installWidgets(client: Client): Promise<Kind<Widget>> {
  const group = `${uniqueName('widgets')}.test`;
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: { size: { type: 'integer', minimum: 1 }, color: { type: 'string', enum: ['red', 'blue'] } },
      },
      status: { type: 'object', properties: { ready: { type: 'boolean' } } },
    },
  };
  const definition: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', shortNames: ['wd'] },
      versions: [
        { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } },
      ],
    },
  };
  await client.create(coreKinds.customResourceDefinition, definition);
  const kind: Kind<Widget> = { group, version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };
  await waitFor(() => client.list(kind), { description: `${group} is served`, timeoutMs: 60_000 });
  return kind;
}
