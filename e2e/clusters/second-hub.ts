import { expect } from '@jest/globals';

import { waitFor, type KubectlResult } from '@tke/envtest';

import type { BareHost } from '../hosts/bare-host.ts';
import { HubUnderTest, patience } from '../hub-under-test.ts';
import { letAliceListPods, mayAlice, untilAliceMayListPods } from './grants.ts';
import { Progress } from './progress.ts';

type Kubectl = (...args: readonly string[]) => Promise<KubectlResult>;

/** Another hub, which knows nothing of the first one's clusters but what it is given. */
export class SecondHub {
  readonly hub: HubUnderTest;
  readonly progress: Progress;

  private constructor(hub: HubUnderTest) {
    this.hub = hub;
    this.progress = new Progress(hub);
  }

  static async start(address: string): Promise<SecondHub> {
    const hub = await HubUnderTest.create();
    await hub.up('--address', address);
    return new SecondHub(hub);
  }

  /** By what its administrator has at hand. */
  async importCluster(name: string, kubeconfig: string): Promise<void> {
    const labels = { 'platform.tkestack.io/tenant-id': 'default' };
    await this.hub.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'tke-system', name, labels },
      stringData: { kubeconfig },
    });
    const spec = { tenantID: 'default', type: 'Imported', displayName: name, credentialSecretRef: { name } };
    await this.hub.apply({ apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name }, spec });
  }

  /** As the README in the Secret says, for a cluster whose API server has such files already: by replacing them. */
  async switchAuthorizationOn(name: string, controlPlane: BareHost): Promise<void> {
    const secret = ['-n', 'tke-system', 'get', 'secret', `${name}-authorization`, '-o', 'json'];
    const found = await waitFor(
      async () => {
        const { code, stdout } = await this.hub.kubectl(secret);
        return code === 0 ? stdout : undefined;
      },
      { description: 'the files for central authorization', timeoutMs: patience },
    );
    const { data } = JSON.parse(found) as { readonly data: Readonly<Record<string, string>> };
    for (const file of ['webhook.kubeconfig', 'authorization-configuration.yaml']) {
      const content = Buffer.from(data[file] ?? '', 'base64').toString('utf8');
      await controlPlane.write(`/etc/kubernetes/tke-authz/${file}`, content, 0o600);
    }
  }

  /** Alice, granted in this hub, may list pods in the member and nothing else. */
  async proveAuthorization(name: string, member: Kubectl): Promise<void> {
    expect(await mayAlice(member, 'list', 'pods')).toMatch(/^no/);
    await letAliceListPods(this.hub, name);
    await untilAliceMayListPods(member, 2 * patience); // it looks at its files once a minute, where it is not told of the change
    expect(await mayAlice(member, 'list', 'secrets')).toMatch(/^no/);
    expect(await mayAlice(member, 'delete', 'pods')).toMatch(/^no/);
  }
}
