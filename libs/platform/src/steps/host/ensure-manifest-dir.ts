import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { everyNode } from './targets.ts';

export const ownedPaths: readonly string[] = ['/etc/kubernetes'];

/** The kubelet complains every 20 s of a folder of static pods that is not there. Mode as kubeadm. */
export const ensureManifestDir: Step<BuildScope> = {
  name: 'EnsureManifestDir',
  targets: everyNode,
  async run(scope, { target }) {
    const session = await scope.session(target);
    await session.script('umask 022 && mkdir -p /etc/kubernetes && mkdir -p -m 0700 /etc/kubernetes/manifests');
    return undefined;
  },
};
