import { Secret } from '@tke/host';
import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { pkiFolder } from '../../kubeadm/paths.ts';
import { firstHost, joiningControlPlane } from '../node/targets.ts';

const keys = ['ca.key', 'front-proxy-ca.key', 'sa.key'];
const certificates = ['ca.crt', 'front-proxy-ca.crt', 'sa.pub'];

/**
 * Hosts of one control plane have the same authorities. They are handed from host to host, as kubeadm documents it for
 * "manual certificate distribution": with upload-certs they would be in the cluster for two hours, and whatever ends us
 * in between would leave them there.
 */
export const ensureSharedCertificates: Step<BuildScope> = {
  name: 'EnsureSharedCertificates',
  targets: joiningControlPlane,
  async run(scope, { target }) {
    const [from, to] = [await scope.session(firstHost(scope)), await scope.session(target)];
    const local = scope.cluster.spec.etcd?.external === undefined;
    for (const name of [...keys, ...certificates, ...(local ? ['etcd/ca.key', 'etcd/ca.crt'] : [])]) {
      const path = `${pkiFolder}/${name}`;
      const content = await from.read(path);
      if (content === undefined) {
        throw kubeadmErrors.ControlPlaneFileMissing(`${from.ip} has no ${path}`);
      }
      await to.write(path, new Secret(content), { mode: name.endsWith('.key') ? 0o600 : 0o644, parents: 0o755 });
    }
    return undefined;
  },
};
