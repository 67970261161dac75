import type { Step } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { ensureCNIPlugins } from './host/ensure-cni-plugins.ts';
import { ensureContainerRuntime } from './host/ensure-container-runtime.ts';
import { ensureDisableSwap } from './host/ensure-disable-swap.ts';
import { ensureKernelModule } from './host/ensure-kernel-module.ts';
import { ensureKubeadm } from './host/ensure-kubeadm.ts';
import { ensureKubelet } from './host/ensure-kubelet.ts';
import { ensureKubernetesImages } from './host/ensure-kubernetes-images.ts';
import { ensureManifestDir } from './host/ensure-manifest-dir.ts';
import { ensureSysctl } from './host/ensure-sysctl.ts';

/** What every host needs before kubeadm, whatever it becomes and whether or not there is a control plane. */
export const prepareHostSteps: readonly Step<BuildScope>[] = [
  ensureKernelModule,
  ensureSysctl,
  ensureDisableSwap,
  ensureManifestDir,
  ensureContainerRuntime,
  ensureKubernetesImages,
  ensureKubelet,
  ensureCNIPlugins,
  ensureKubeadm,
];
