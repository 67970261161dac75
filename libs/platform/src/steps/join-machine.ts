import type { Step } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { ensureCleanup } from './host/ensure-cleanup.ts';
import { ensureCopyFiles } from './host/ensure-copy-files.ts';
import { ensureHostMark } from './host/ensure-host-mark.ts';
import { ensureInitAPIServerHost } from './host/ensure-init-api-server-host.ts';
import { ensurePostInstallHook } from './host/ensure-post-install-hook.ts';
import { ensurePreInstallHook } from './host/ensure-pre-install-hook.ts';
import { ensurePreflight } from './host/ensure-preflight.ts';
import { ensureClusterJoinable } from './join/ensure-cluster-joinable.ts';
import { ensureJoinPhaseKubeletStart } from './join/ensure-join-phase-kubelet-start.ts';
import { ensureJoinPhasePreflight } from './join/ensure-join-phase-preflight.ts';
import { bridgeNetwork } from './network/bridge-network.ts';
import { ensureNodeReady } from './node/ensure-node-ready.ts';
import { ensureMarkNode } from './node/mark-node.ts';
import { prepareHostSteps } from './prepare-host.ts';

/**
 * A worker from a host that has nothing. TKEStack's order, but that the host is prepared while the control plane is made, whose hosts may
 * still be corrected until then. TKEStack put a kubeconfig of the administrator on workers; that is not done.
 */
export const joinMachineSteps: readonly Step<BuildScope>[] = [
  ensurePreflight,
  ensureHostMark,
  ensureCopyFiles,
  ensurePreInstallHook,
  ...prepareHostSteps,
  ensureClusterJoinable,
  ensureInitAPIServerHost,
  ensureJoinPhasePreflight,
  ensureJoinPhaseKubeletStart,
  ensureMarkNode,
  ...bridgeNetwork,
  ensureNodeReady,
  ensureCleanup,
  ensurePostInstallHook,
];
