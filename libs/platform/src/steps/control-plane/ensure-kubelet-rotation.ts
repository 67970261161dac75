import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { kubeletConf } from '../../kubeadm/paths.ts';
import { controlPlaneNodes } from '../host/targets.ts';

const kubeletConfig = '/var/lib/kubelet/config.yaml';

/** $1 kubelet.conf, $2 configuration of the kubelet. Prints what is wrong; no key leaves the host. */
const script = `
grep -q '^ *client-certificate-data:' "$1" && echo "$1 has a certificate of its own, which no rotation replaces"
grep -q '^rotateCertificates: true' "$2" || echo "rotateCertificates is not true in $2"
exit 0
`;

/**
 * Kubelets renew their own certificates (kubelet-client-current.pem), which kubeadm leaves out: it is only checked that they do. With a
 * certificate in kubelet.conf itself, as first hosts had it, they do not (kubernetes/kubeadm#1753).
 */
export const ensureKubeletRotation: Step<BuildScope> = {
  name: 'EnsureKubeletRotation',
  targets: controlPlaneNodes,
  async run(scope, { target }) {
    const session = await scope.session(target);
    const { stdout } = await session.script(script, [kubeletConf, kubeletConfig]);
    const problems = stdout.trim().split('\n').filter(Boolean);
    if (problems.length > 0) {
      throw kubeadmErrors.KubeletRotationOff(
        `the kubelet on ${target} does not renew its certificate: ${problems.join('; ')}`,
      );
    }
    return undefined;
  },
};
