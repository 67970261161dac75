import { businessNamespace, project, projectLabel, type BusinessNamespace, type Project } from '@tke/api-business';
import { cluster, clusterCredential, type Cluster, type ClusterCredential } from '@tke/api-platform';
import type { ControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { coreKinds, type DeepReadonly, type Kind } from '@tke/meta';
import { issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

export const tenantID = 'bench';
export const projectKind: Kind<Project> = project;
export const namespaceKind: Kind<BusinessNamespace> = businessNamespace;

export interface Size {
  readonly projects: number;
  readonly namespaces: number;
  readonly members: number;
}

const parallel = 16;
const platform = 'platform.tkestack.io/v1';
const business = 'business.tkestack.io/v1';
const base64 = (text: string) => Buffer.from(text).toString('base64');

export const clusterName = (index: number) => `cls-${index}`;
const projectName = (index: number) => `prj-${index}`;

/** Clusters that one control plane stands behind: their namespaces must have different names. */
export async function addMembers(hub: Client, { url, pki }: ControlPlane, count: number): Promise<void> {
  const [commonName, organizations] = ['kubernetes-admin', ['system:masters']];
  const pair = await issueCertificate({ ca: pki.ca, commonName, organizations, usages: ['client'], clock });
  const addresses = [{ type: 'Real' as const, host: '127.0.0.1', port: Number(new URL(url).port) }];
  await concurrently(count, async (index) => {
    const name = clusterName(index);
    await hub.create<ClusterCredential>(clusterCredential, {
      ...{
        apiVersion: platform,
        kind: 'ClusterCredential',
        metadata: { name: `cc-${name}` },
        tenantID,
        clusterName: name,
      },
      ...{ caCert: base64(pki.ca.certPem), clientCert: base64(pair.certPem), clientKey: base64(pair.keyPem) },
    });
    const spec = { tenantID, type: 'Imported' as const, addresses };
    await hub.create<Cluster>(cluster, { apiVersion: platform, kind: 'Cluster', metadata: { name }, spec });
  });
}

/** Projects with a part of every cluster, and Namespaces spread over both. */
export async function fill(hub: Client, { projects, namespaces, members }: Size): Promise<void> {
  const hard = { hard: { cpu: '1000', pods: '100000' } };
  const clusters = Object.fromEntries(Array.from({ length: members }, (_, index) => [clusterName(index), hard]));
  await concurrently(projects, async (index) => {
    const name = projectName(index);
    const labels = { [projectLabel]: name };
    await hub.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    const spec = { tenantID, displayName: name, clusters };
    await hub.create(projectKind, { apiVersion: business, kind: 'Project', metadata: { name }, spec });
  });
  await concurrently(namespaces, (index) =>
    hub.create(namespaceKind, newNamespace(`ns-${index}`, index, { projects, members })),
  );
}

/** A Namespace of one of the projects in one of the clusters, by its number. */
export function newNamespace(
  namespace: string,
  index: number,
  { projects, members }: Pick<Size, 'projects' | 'members'>,
): BusinessNamespace {
  const where = clusterName(index % members);
  const metadata = { namespace: projectName(index % projects), name: `${where}-${namespace}` };
  const spec = { tenantID, clusterName: where, namespace, hard: { cpu: '1', pods: '10' } };
  return { apiVersion: business, kind: 'Namespace', metadata, spec };
}

export async function concurrently(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      await work(next++);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** Whether it is usable as its present spec asks. */
export function isDone({ metadata, status }: DeepReadonly<BusinessNamespace>): boolean {
  return status?.phase === 'Available' && status.observedGeneration === metadata.generation;
}
