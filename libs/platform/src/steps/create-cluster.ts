import type { Step } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { ensureAuditConfig } from './control-plane/ensure-audit-config.ts';
import { ensureAuthzWebhook } from './control-plane/ensure-authz-webhook.ts';
import { ensureClusterComplete } from './control-plane/ensure-cluster-complete.ts';
import { ensureClusterWorks } from './control-plane/ensure-cluster-works.ts';
import { ensureCreateClusterMark } from './control-plane/ensure-create-cluster-mark.ts';
import { ensureDNSSpread } from './control-plane/ensure-dns-spread.ts';
import { ensureJoinPhaseControlPlaneJoinETCD } from './control-plane/ensure-join-phase-control-plane-join-etcd.ts';
import { ensureJoinPhaseControlPlanePrepare } from './control-plane/ensure-join-phase-control-plane-prepare.ts';
import { ensureKubeadmInitPhaseBootstrapToken } from './control-plane/ensure-kubeadm-init-phase-bootstrap-token.ts';
import { ensureKubeadmInitPhaseWaitControlPlane } from './control-plane/ensure-kubeadm-init-phase-wait-control-plane.ts';
import { ensureKubeconfig } from './control-plane/ensure-kubeconfig.ts';
import { ensureSharedCertificates } from './control-plane/ensure-shared-certificates.ts';
import { ensureStoreCredential } from './control-plane/ensure-store-credential.ts';
import {
  ensureKubeadmInitPhaseAddon,
  ensureKubeadmInitPhaseCerts,
  ensureKubeadmInitPhaseControlPlane,
  ensureKubeadmInitPhaseETCD,
  ensureKubeadmInitPhaseKubeConfig,
  ensureKubeadmInitPhaseKubeletFinalize,
  ensureKubeadmInitPhaseKubeletStart,
  ensureKubeadmInitPhaseUploadConfig,
} from './control-plane/init-phases.ts';
import { ensureCleanup } from './host/ensure-cleanup.ts';
import { ensureCopyFiles } from './host/ensure-copy-files.ts';
import { ensureHostMark } from './host/ensure-host-mark.ts';
import { ensureInitAPIServerHost } from './host/ensure-init-api-server-host.ts';
import { ensureModifyAPIServerHost } from './host/ensure-modify-api-server-host.ts';
import { ensurePostClusterInstallHook } from './host/ensure-post-cluster-install-hook.ts';
import { ensurePostInstallHook } from './host/ensure-post-install-hook.ts';
import { ensurePreClusterInstallHook } from './host/ensure-pre-cluster-install-hook.ts';
import { ensurePreInstallHook } from './host/ensure-pre-install-hook.ts';
import { ensurePreflight } from './host/ensure-preflight.ts';
import { ensureJoinPhaseKubeletStart } from './join/ensure-join-phase-kubelet-start.ts';
import { ensureJoinPhasePreflight } from './join/ensure-join-phase-preflight.ts';
import { bridgeNetwork } from './network/bridge-network.ts';
import { ensureMarkControlPlane } from './node/mark-node.ts';
import { prepareHostSteps } from './prepare-host.ts';

/**
 * A cluster from hosts that have nothing. TKEStack's order, but for what spec can be refused for, which comes before
 * anything is changed.
 */
export const createClusterSteps: readonly Step<BuildScope>[] = [
  ensurePreflight,
  ensureClusterComplete,
  ensureHostMark,
  ensureCopyFiles,
  ensurePreClusterInstallHook,
  ensurePreInstallHook,
  ensureInitAPIServerHost,
  ...prepareHostSteps,
  ensureAuthzWebhook,
  ensureAuditConfig,
  // As `kubeadm init` does them.
  ensureKubeadmInitPhaseCerts,
  ensureKubeadmInitPhaseKubeConfig,
  ensureKubeadmInitPhaseETCD,
  ensureKubeadmInitPhaseControlPlane,
  ensureKubeadmInitPhaseKubeletStart,
  ensureKubeadmInitPhaseWaitControlPlane,
  ensureKubeadmInitPhaseUploadConfig,
  ensureStoreCredential,
  ensureKubeadmInitPhaseBootstrapToken,
  ensureKubeadmInitPhaseKubeletFinalize,
  ensureKubeadmInitPhaseAddon,
  // As `kubeadm join` does them, on further hosts of the control plane.
  ensureSharedCertificates,
  ensureJoinPhasePreflight,
  ensureJoinPhaseControlPlanePrepare,
  ensureJoinPhaseKubeletStart,
  ensureJoinPhaseControlPlaneJoinETCD,
  ensureMarkControlPlane,
  ...bridgeNetwork,
  ensureModifyAPIServerHost,
  ensureKubeconfig,
  ensureClusterWorks,
  ensureDNSSpread,
  ensureCleanup,
  ensureCreateClusterMark,
  ensurePostInstallHook,
  ensurePostClusterInstallHook,
];
