import { codedErrors } from '@tke/errors';

export const kubeadmErrors = codedErrors({
  NetworkNotBuilt: {
    class: 'NeedsUser',
    meaning:
      '`features.enableCilium` asks for Cilium, which the platform does not install. Nothing was done on the hosts.',
    remedy:
      'Take features.enableCilium away for the network that is built in, or add EnsureGalaxy to features.skipConditions and put Cilium into the cluster yourself.',
  },
  ControlPlaneFileMissing: {
    class: 'NeedsUser',
    meaning:
      'A file that kubeadm writes on the hosts of the control plane, and that the step needs, is not on the host any more: a key, admin.conf or the manifest of a static pod.',
    remedy: 'Put the file back from another host of the control plane or a backup.',
  },
  NodeNameTaken: {
    class: 'NeedsUser',
    meaning:
      'The host would join under a name that a Node of another host has, and take over its pods and its identity.',
    remedy: 'Delete the other Node if its host is gone, or give this host another name.',
  },
  CredentialNotIssued: {
    class: 'Bug',
    meaning: 'kubeadm was asked for a credential of the cluster and printed something else.',
    remedy: 'Report this with the log lines around it.',
  },
  CertificatesUnreadable: {
    class: 'Retryable',
    meaning:
      'The step has to know when the certificates on the host end, and what kubeadm printed of them is not the JSON that it prints otherwise.',
    remedy: 'Run "kubeadm certs check-expiration" on the host and see what it says.',
  },
  CertificatesNotRenewed: {
    class: 'NeedsUser',
    meaning:
      'kubeadm reported success, and yet certificates on the host end when they did before: they are managed by somebody else, or kubeadm takes no account of them.',
    remedy: 'See on the host what "kubeadm certs check-expiration" says of them, and who else manages them.',
  },
  ControlPlaneNotReady: {
    class: 'NeedsUser',
    meaning:
      'After the renewal of the certificates the pods of the control plane on the host did not become ready within 20 minutes. The other hosts of the control plane are left as they are.',
    remedy:
      'The certificates are new and the pods were started anew, which is not done again: see on the host why they are not ready ("crictl ps -a", "journalctl -u kubelet").',
  },
  KubeletRotationOff: {
    class: 'NeedsUser',
    meaning:
      'The kubelet on the host will not renew its certificate by itself, and stops working when it ends. The message lists what is in the way.',
    remedy:
      'Set rotateCertificates: true in /var/lib/kubelet/config.yaml and /var/lib/kubelet/pki/kubelet-client-current.pem as certificate and key in /etc/kubernetes/kubelet.conf, and restart the kubelet; or renew its certificate yourself and add EnsureKubeletRotation to features.skipConditions.',
  },
  BashMissing: {
    class: 'NeedsUser',
    meaning:
      'The last step asks the DNS of the new cluster over TCP from the host, which is done with bash, and the host has none.',
    remedy: 'Install bash on the host.',
  },
});
