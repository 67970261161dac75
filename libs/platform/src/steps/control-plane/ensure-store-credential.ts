import type { Step } from '@tke/plan';
import { load } from 'js-yaml';

import type { AdminCredential, BuildScope } from '../../build/scope.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { configured } from '../../kubeadm/init-phase.ts';
import { initConfigPath } from '../../kubeadm/paths.ts';
import { platformUser } from '../../names.ts';
import { firstControlPlane } from '../host/targets.ts';

/**
 * A client certificate of the platform's own, with the rights of admin.conf: audit logs tell the platform from people,
 * and the rights can be taken away by deleting the ClusterRoleBinding kubeadm:cluster-admins, unlike those of
 * system:masters in super-admin.conf.
 */
const command = ['kubeadm', 'kubeconfig', 'user', '--client-name', platformUser, '--org', 'kubeadm:cluster-admins'];

/** Gives the platform the key to the cluster. */
export const ensureStoreCredential: Step<BuildScope> = {
  name: 'EnsureStoreCredential',
  targets: firstControlPlane,
  async run(scope) {
    const session = await configured(scope);
    const { stdout } = await session.run([...command, '--config', initConfigPath]);
    await scope.saveCredential(credentialIn(stdout));
    return undefined;
  },
};

/** Takes the credential out of a kubeconfig. What is wrong with it is not told: there is a key in it. */
function credentialIn(kubeconfig: string): AdminCredential {
  const { clusters, users } = load(kubeconfig) as {
    clusters?: readonly { cluster?: Readonly<Record<string, string>> }[];
    users?: readonly { user?: Readonly<Record<string, string>> }[];
  };
  const pem = (values: Readonly<Record<string, string>> | undefined, name: string) => {
    const text = Buffer.from(values?.[name] ?? '', 'base64').toString();
    if (!text.startsWith('-----BEGIN ')) {
      throw kubeadmErrors.CredentialNotIssued(`kubeadm printed a kubeconfig without ${name}`);
    }
    return text;
  };
  const user = users?.[0]?.user;
  return {
    ca: pem(clusters?.[0]?.cluster, 'certificate-authority-data'),
    certificate: pem(user, 'client-certificate-data'),
    key: pem(user, 'client-key-data'),
  };
}
