import { codedErrors } from '@tke/errors';

export const kubeadmErrors = codedErrors({
  NetworkNotBuilt: {
    class: 'NeedsUser',
    remedy:
      'Take features.enableCilium away for the network that is built in, or add EnsureGalaxy to features.skipConditions and put Cilium into the cluster yourself.',
  },
  ControlPlaneFileMissing: {
    class: 'NeedsUser',
    remedy: 'Put the file back from another host of the control plane or a backup.',
  },
  NodeNameTaken: {
    class: 'NeedsUser',
    remedy: 'Delete the other Node if its host is gone, or give this host another name.',
  },
  CredentialNotIssued: { class: 'Bug', remedy: 'Report this with the log lines around it.' },
  CertificatesUnreadable: {
    class: 'Retryable',
    remedy: 'Run "kubeadm certs check-expiration" on the host and see what it says.',
  },
  CertificatesNotRenewed: {
    class: 'NeedsUser',
    remedy: 'See on the host what "kubeadm certs check-expiration" says of them, and who else manages them.',
  },
  ControlPlaneNotReady: {
    class: 'NeedsUser',
    remedy:
      'The certificates are new and the pods were started anew, which is not done again: see on the host why they are not ready ("crictl ps -a", "journalctl -u kubelet").',
  },
  KubeletRotationOff: {
    class: 'NeedsUser',
    remedy:
      'Set rotateCertificates: true in /var/lib/kubelet/config.yaml and /var/lib/kubelet/pki/kubelet-client-current.pem as certificate and key in /etc/kubernetes/kubelet.conf, and restart the kubelet; or renew its certificate yourself and add EnsureKubeletRotation to features.skipConditions.',
  },
  BashMissing: { class: 'NeedsUser', remedy: 'Install bash on the host.' },
});
