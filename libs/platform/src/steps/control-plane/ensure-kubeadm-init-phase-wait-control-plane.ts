import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { waitForApiServer } from '../../kubeadm/wait-for-api-server.ts';
import { firstControlPlane } from '../host/targets.ts';

/** The API server of the first host answers, and with it etcd. */
export const ensureKubeadmInitPhaseWaitControlPlane: Step<BuildScope> = {
  name: 'EnsureKubeadmInitPhaseWaitControlPlane',
  targets: firstControlPlane,
  run: async (scope, { target }) => waitForApiServer(await scope.session(target)),
};
