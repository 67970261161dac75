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
  BashMissing: { class: 'NeedsUser', remedy: 'Install bash on the host.' },
});
