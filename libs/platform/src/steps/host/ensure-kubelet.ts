import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { installNamed, programFolder, programPaths } from './install-programs.ts';
import { applyService, revisionOf, unitFolder } from './service.ts';
import { everyNode } from './targets.ts';

const unit = 'kubelet.service';
const unitPath = `${unitFolder}/${unit}`;
const dropInPath = `${unitFolder}/${unit}.d/10-kubeadm.conf`;
const programs = ['kubelet', 'kubectl'];

export const ownedPaths: readonly string[] = [
  ...programPaths(programs),
  unitPath,
  `${unitFolder}/${unit}.d`,
  '/var/lib/kubelet',
  '/var/log/pods',
  '/var/log/containers',
  '/usr/libexec/kubernetes',
];

/** As in Kubernetes' packages (kubernetes/release, cmd/krel/templates/latest/kubelet), after the runtime it cannot do without. */
export const kubeletUnit = `[Unit]
Description=kubelet: The Kubernetes Node Agent (TKE)
Documentation=https://kubernetes.io/docs/
Wants=network-online.target containerd.service
After=network-online.target containerd.service

[Service]
ExecStart=${programFolder}/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/** Where kubeadm expects that the kubelet reads what it writes: kubernetes.io, "Configuring each kubelet in your cluster using kubeadm". */
export const kubeletDropIn = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=${programFolder}/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

/** Enabled but not started: it has no configuration before kubeadm writes one, and kubeadm starts it. */
export const ensureKubelet: Step<BuildScope> = {
  name: 'EnsureKubelet',
  targets: everyNode,
  async run(scope, attempt) {
    const session = await scope.session(attempt.target);
    const installed = await installNamed(scope, attempt, programs);
    await session.write(unitPath, kubeletUnit, { mode: 0o644 });
    await session.write(dropInPath, kubeletDropIn, { mode: 0o644, parents: 0o755 });
    const revision = revisionOf([kubeletUnit, kubeletDropIn, ...installed.map(({ sha256 }) => sha256)]);
    await applyService(session, { unit, revision, start: false });
    return undefined;
  },
};
