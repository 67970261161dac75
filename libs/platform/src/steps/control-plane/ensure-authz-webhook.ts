import type { Step } from '@tke/plan';

import type { MemberAuthorization } from '../../build/member-authorization.ts';
import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { authzConfigPath, authzKubeconfigPath } from '../../kubeadm/paths.ts';
import { controlPlaneNodes } from '../host/targets.ts';

/** The API servers ask the platform whether a request is allowed. */
export const ensureAuthzWebhook: Step<BuildScope> = {
  name: 'EnsureAuthzWebhook',
  targets: (scope) => (scope.authorization === undefined ? [] : controlPlaneNodes(scope)),
  async run(scope, { target }) {
    if (scope.authorization !== undefined) {
      await writeAuthorization(await scope.session(target), scope.authorization);
    }
    return undefined;
  },
};

/**
 * A running API server reads the kubeconfig again when it finds another configuration, which therefore comes last
 * (kubernetes/pkg/kubeapiserver/authorizer/reload.go).
 */
export async function writeAuthorization(session: HostSession, authorization: MemberAuthorization): Promise<void> {
  const options = { mode: 0o600, parents: 0o700 };
  await session.write(authzKubeconfigPath, authorization.kubeconfig, options);
  await session.write(authzConfigPath, authorization.configuration, options);
}
