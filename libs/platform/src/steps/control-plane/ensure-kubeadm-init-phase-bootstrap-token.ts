import { Secret } from '@tke/host';
import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { isWaiting } from '../../hosts/host-session.ts';
import { tokenId, tokenSecret } from '../../kubeadm/bootstrap-token.ts';
import { initConfiguration } from '../../kubeadm/init-configuration.ts';
import { superAdminConf } from '../../kubeadm/paths.ts';
import { registeredNode } from '../../kubeadm/registered-node.ts';
import { apiServerOf } from '../../kubeadm/control-plane-endpoint.ts';
import { firstControlPlane } from '../host/targets.ts';

const limitMs = 5 * 60_000;

/**
 *  The rights of hosts that join. kubeadm makes a token along with them that nobody needs: it is deleted at once, and
 * would last a minute.
 */
export const ensureKubeadmInitPhaseBootstrapToken: Step<BuildScope> = {
  name: 'EnsureKubeadmInitPhaseBootstrapToken',
  targets: firstControlPlane,
  async run(scope, attempt) {
    const ip = attempt.target;
    const session = await scope.session(ip);
    const id = tokenId({ cluster: scope.cluster.metadata.uid ?? '', ip });
    const configuration = initConfiguration({
      cluster: scope,
      first: await registeredNode(scope, ip),
      bootstrapTokens: [
        {
          token: `${id}.${tokenSecret()}`,
          ttl: '1m0s',
          description: 'TKE: made with the rights of hosts that join',
          usages: ['authentication'],
        },
      ],
    });
    const command = 'kubeadm init phase bootstrap-token --skip-token-print --config /dev/stdin';
    // kubeadm opens its standard input by name, which only works for files and pipes.
    const result = await session.job(attempt, ['sh', '-c', `cat | ${command}`], {
      limitMs,
      stdin: new Secret(configuration),
    });
    if (isWaiting(result)) {
      return { ...result, message: `kubeadm init phase bootstrap-token is at work on ${ip}` };
    }
    const server = ['--kubeconfig', superAdminConf, '--server', apiServerOf(ip)];
    const secret = `bootstrap-token-${id}`;
    await session.run(['kubectl', ...server, '-n', 'kube-system', 'delete', 'secret', secret, '--ignore-not-found']);
    return undefined;
  },
};
