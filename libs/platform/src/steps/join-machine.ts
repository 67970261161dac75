import type { Step } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { ensureCleanup } from './host/ensure-cleanup.ts';
import { ensureCNIPlugins } from './host/ensure-cni-plugins.ts';
import { ensureContainerRuntime } from './host/ensure-container-runtime.ts';
import { ensureCopyFiles } from './host/ensure-copy-files.ts';
import { ensureDisableSwap } from './host/ensure-disable-swap.ts';
import { ensureHostMark } from './host/ensure-host-mark.ts';
import { ensureInitAPIServerHost } from './host/ensure-init-api-server-host.ts';
import { ensureKernelModule } from './host/ensure-kernel-module.ts';
import { ensureKubeadm } from './host/ensure-kubeadm.ts';
import { ensureKubelet } from './host/ensure-kubelet.ts';
import { ensureKubernetesImages } from './host/ensure-kubernetes-images.ts';
import { ensureManifestDir } from './host/ensure-manifest-dir.ts';
import { ensurePostInstallHook } from './host/ensure-post-install-hook.ts';
import { ensurePreInstallHook } from './host/ensure-pre-install-hook.ts';
import { ensurePreflight } from './host/ensure-preflight.ts';
import { ensureSysctl } from './host/ensure-sysctl.ts';
import { ensureJoinPhaseKubeletStart } from './join/ensure-join-phase-kubelet-start.ts';
import { ensureJoinPhasePreflight } from './join/ensure-join-phase-preflight.ts';
import { bridgeNetwork } from './network/bridge-network.ts';
import { ensureNodeReady } from './node/ensure-node-ready.ts';
import { ensureMarkNode } from './node/mark-node.ts';

/**
 *  A worker from a host that has nothing. TKEStack's order. It put a kubeconfig of the administrator on workers; that
 * is not done.
 */
export const joinMachineSteps: readonly Step<BuildScope>[] = [
  ensurePreflight,
  ensureHostMark,
  ensureCopyFiles,
  ensurePreInstallHook,
  ensureInitAPIServerHost,
  ensureKernelModule,
  ensureSysctl,
  ensureDisableSwap,
  ensureManifestDir,
  ensureContainerRuntime,
  ensureKubernetesImages,
  ensureKubelet,
  ensureCNIPlugins,
  ensureKubeadm,
  ensureJoinPhasePreflight,
  ensureJoinPhaseKubeletStart,
  ensureMarkNode,
  ...bridgeNetwork.steps,
  ensureNodeReady,
  ensureCleanup,
  ensurePostInstallHook,
];
