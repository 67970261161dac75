import type { Step } from '@tke/plan';

import { ensureKubeconfig } from '../steps/control-plane/ensure-kubeconfig.ts';
import { ensureKubeletRotation } from '../steps/control-plane/ensure-kubelet-rotation.ts';
import { ensureRenewCerts } from '../steps/control-plane/ensure-renew-certs.ts';
import { ensureStoreCredential } from '../steps/control-plane/ensure-store-credential.ts';
import type { RenewalScope } from './renewal-scope.ts';

/** Everything a cluster lives by that ends: nothing of it is taken away before what follows has been seen to work. */
export const renewalSteps: readonly Step<RenewalScope>[] = [
  ensureRenewCerts,
  ensureStoreCredential,
  ensureKubeconfig,
  ensureKubeletRotation,
];
