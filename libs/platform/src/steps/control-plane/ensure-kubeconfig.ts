import { Secret } from '@tke/host';
import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { adminConf } from '../../kubeadm/paths.ts';
import { controlPlaneNodes } from '../host/targets.ts';

export const rootKubeconfigPath = '/root/.kube/config';

/**
 *  First line of a file that is ours. Whoever changes it by `kubectl config` takes the line away, and the file is his.
 */
export const kubeconfigMark = '# Copy of /etc/kubernetes/admin.conf made by TKE';

/** Lets root use kubectl on hosts of the control plane. A file of somebody else stays. */
export const ensureKubeconfig: Step<BuildScope> = {
  name: 'EnsureKubeconfig',
  targets: controlPlaneNodes,
  async run(scope, { target }) {
    const session = await scope.session(target);
    const present = await session.read(rootKubeconfigPath);
    if (present !== undefined && !present.toString().startsWith(kubeconfigMark)) {
      return undefined;
    }
    const admin = await session.read(adminConf);
    if (admin === undefined) {
      throw kubeadmErrors.ControlPlaneFileMissing(`${target} has no ${adminConf}`);
    }
    const content = new Secret(`${kubeconfigMark}\n${admin.toString()}`);
    await session.write(rootKubeconfigPath, content, { mode: 0o600, parents: 0o700 });
    return undefined;
  },
};
