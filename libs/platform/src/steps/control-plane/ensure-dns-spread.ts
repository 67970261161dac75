import { wholeTarget, type Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { ownNetworkNames } from '../../network/built-in-network.ts';
import { podKind, type Pod } from '../node/pod.ts';
import { withMember } from '../node/with-member.ts';

const labelSelector = 'k8s-app=kube-dns';

/**
 * All pods of CoreDNS may have come up on the host that was ready first, and DNS would go with it for minutes. kubeadm documents to
 * start them anew once there are further hosts ("Creating a cluster with kubeadm"); here one is enough, as its Deployment prefers a host
 * without another one. Not one of TKEStack's.
 */
export const ensureDNSSpread: Step<BuildScope> = {
  name: 'EnsureDNSSpread',
  skippedBy: ownNetworkNames,
  targets: ({ controlPlane }) => (controlPlane.length > 1 ? [wholeTarget] : []),
  run: (scope, { signal }) =>
    withMember(scope, async (client) => {
      const { items } = await client.list<Pod>(podKind, { namespace: 'kube-system', labelSelector, signal });
      const pods = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const [first] = pods;
      if (first !== undefined && pods.length > 1 && pods.every(({ spec }) => spec?.nodeName === first.spec?.nodeName)) {
        const { name = '', uid = '' } = first.metadata;
        await client.delete<Pod>(podKind, { namespace: 'kube-system', name }, { preconditions: { uid }, signal });
      }
      return undefined;
    }),
};
