import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { ClusterAccess } from '@tke/envtest';

import { patience } from '../hub-under-test.ts';
import { runPlugin } from '../plugin.ts';
import type { TenancyLab } from './tenancy-lab.ts';
import type { Tenant } from './tenant-objects.ts';

const apiVersion = 'auth.tkestack.io/v1';
/** What docs/kubectl-tke.md says that others than owners need. */
const actions = ['getNamespace', 'createNamespaceCredential', 'getNamespaceCredential', 'deleteNamespaceCredential'];

/** Lets the member of the tenant ask for credentials in the lower project, and do nothing else. */
export async function allowToAsk({ hub }: TenancyLab, { id: tenantID, child, member }: Tenant): Promise<void> {
  const name = `pol-${tenantID}-asker`;
  const statement = { effect: 'allow', actions, resources: ['*'] };
  const policy = { displayName: name, tenantID, category: 'business', scope: 'project', statement };
  await hub.apply({ apiVersion, kind: 'Policy', metadata: { name }, spec: policy });
  const binding = `${child}-${name}`;
  const users = [{ id: `usr-${member}`, name: member }];
  const spec = { tenantID, projectID: child, policyID: name, users };
  await hub.apply({ apiVersion, kind: 'ProjectPolicyBinding', metadata: { name: binding }, spec });
  await hub.must(['wait', '--for=condition=Ready', `ppb/${binding}`, `--timeout=${patience / 1000}s`]);
}

/** Runs `kubectl tke credential` as the member of the tenant. Resolves with what it said, and with a kubectl that has its kubeconfig. */
export async function credentialByPlugin(lab: TenancyLab, { id, child, cluster, member }: Tenant, type: string) {
  const { kubectlPath } = await ClusterAccess.open(lab.hub.folder);
  const { folder } = lab.hub;
  const file = `${type}.kubeconfig`;
  const args = ['credential', `${cluster}-web`, '-n', child, '--type', type, '--file', file];
  const { stdout, stderr } = await runPlugin(args, { kubectlPath, folder, kubeconfig: await lab.user(member, id) });
  const kubectl = (...rest: string[]): Promise<string> =>
    new Promise((resolve) => {
      const all = ['--kubeconfig', join(folder, file), ...rest];
      execFile(kubectlPath, all, (_error, out, err) => resolve(`${out}${err}`));
    });
  return { said: `${stdout}${stderr}`, kubectl };
}
