import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { initPhaseJob, runInitPhase } from '../../kubeadm/init-phase.ts';
import { firstControlPlane } from '../host/targets.ts';

/** The phases of `kubeadm init` that are run as they are, on the first host. kubeadm keeps what is there already. */
export const ensureKubeadmInitPhaseCerts = files('EnsureKubeadmInitPhaseCerts', ['certs', 'all']);
export const ensureKubeadmInitPhaseKubeConfig = files('EnsureKubeadmInitPhaseKubeConfig', ['kubeconfig', 'all']);

export const ensureKubeadmInitPhaseETCD: Step<BuildScope> = {
  ...files('EnsureKubeadmInitPhaseETCD', ['etcd', 'local']),
  targets: (scope) => (scope.cluster.spec.etcd?.external === undefined ? firstControlPlane(scope) : []),
};

export const ensureKubeadmInitPhaseControlPlane = files('EnsureKubeadmInitPhaseControlPlane', ['control-plane', 'all']);
export const ensureKubeadmInitPhaseKubeletStart = files('EnsureKubeadmInitPhaseKubeletStart', ['kubelet-start']);
export const ensureKubeadmInitPhaseUploadConfig = talking('EnsureKubeadmInitPhaseUploadConfig', [
  'upload-config',
  'all',
]);

/**
 *  Not one of TKEStack's: without it the kubelet's certificate is never renewed on the first host
 * (kubernetes/kubeadm#1753).
 */
export const ensureKubeadmInitPhaseKubeletFinalize = talking('EnsureKubeadmInitPhaseKubeletFinalize', [
  ...['kubelet-finalize', 'all'],
]);

export const ensureKubeadmInitPhaseAddon = talking('EnsureKubeadmInitPhaseAddon', ['addon', 'all']);

function files(name: string, phase: readonly string[]): Step<BuildScope> {
  return { name, targets: firstControlPlane, run: (scope) => runInitPhase(scope, phase) };
}

function talking(name: string, phase: readonly string[]): Step<BuildScope> {
  return { name, targets: firstControlPlane, run: (scope, attempt) => initPhaseJob(scope, attempt, phase) };
}
