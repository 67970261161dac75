import { codedErrors } from '@tke/errors';

/** What keeps clusters and machines from being worked on, besides what hosts, packages and steps have to say. */
export const platformErrors = codedErrors({
  SecretNotFound: {
    class: 'NeedsUser',
    meaning:
      'The manager sees Secrets of its own namespace that have the label platform.tkestack.io/tenant-id, and the one that the object names is not among them.',
    remedy: 'Create the Secret with that label in the namespace of the platform, or correct the reference to it.',
  },
  SecretOfAnotherTenant: {
    class: 'NeedsUser',
    meaning:
      "A tenant's objects may use that tenant's Secrets only; the label platform.tkestack.io/tenant-id says whose a Secret is.",
    remedy: 'Name a Secret whose label platform.tkestack.io/tenant-id is the tenantID of the object.',
  },
  LoginAddressRefused: {
    class: 'NeedsUser',
    meaning:
      'A host, or the proxy in front of it, is not among the addresses that the Secret with its login may be used with. Nothing was sent to it.',
    remedy:
      'Correct the address, or have whoever owns the Secret add it to the annotation platform.tkestack.io/login-addresses.',
  },
  LoginIncomplete: {
    class: 'NeedsUser',
    meaning: 'Neither the object nor the Secret it names has anything to log in with.',
    remedy: 'Give password or privateKey, best in the Secret that credentialSecretRef names.',
  },
  HostKeyNotKnown: {
    class: 'Retryable',
    meaning:
      'The key of a host is stored when it is first connected to for the object that names it, or given in spec. Others, who need it as well, wait for that.',
    remedy: 'Wait until the host has been connected to for the object that names it, or give its spec.hostKeys.',
  },
  HostNotOfCluster: {
    class: 'Retryable',
    meaning: 'A step asked for a host that is not in the cluster any more: the list of hosts changed while it ran.',
    remedy: 'Wait: the hosts of the cluster have just changed.',
  },
  NotLeading: {
    class: 'Retryable',
    meaning: 'Only the replica that leads changes hosts, and this one does not lead any more, or not yet.',
    remedy: 'Wait: another replica of the manager is about to lead.',
  },
  JobTimedOut: {
    class: 'Retryable',
    meaning: 'A command on the host took longer than it may and was ended there.',
    remedy: 'See what keeps the host busy: the message has the last lines of the command.',
  },
  JobCancelled: {
    class: 'Retryable',
    meaning: 'A command on the host was ended by somebody before it was done.',
    remedy: 'None: somebody ended the command, and it is started again.',
  },
  JobVanished: {
    class: 'Retryable',
    meaning:
      'A command on the host was started three times and was gone each time without an exit code, as by reboots or by somebody who ends it.',
    remedy: 'See why the host reboots or who ends the command: it left no exit code, several times.',
  },
  MemberNotConnected: {
    class: 'Retryable',
    meaning:
      'The manager has no connection to the cluster yet: it has just started, or the address or credential has just come about.',
    remedy: 'Wait: the manager connects to the cluster once it has its address and credential.',
  },
  ArchitectureUnknown: {
    class: 'NeedsUser',
    meaning: 'The host has a processor for which there are no packages.',
    remedy: 'Use hosts with amd64 (x86_64) or arm64 (aarch64) processors.',
  },
  ScaleNotSupported: {
    class: 'NeedsUser',
    meaning:
      '`spec.machines` of a cluster that is built was changed. The hosts of the control plane cannot be changed afterwards; the cluster goes on as it was built.',
    remedy: 'Put spec.machines back as it was. Workers come and go as Machines.',
  },
  UpgradeNotSupported: {
    class: 'NeedsUser',
    meaning:
      '`spec.version` of a cluster that is built was changed. Clusters cannot be upgraded; this one goes on with the version it was built with.',
    remedy: 'Put spec.version back to the version the cluster was built with.',
  },
  RenewalTimeInvalid: {
    class: 'NeedsUser',
    meaning:
      'The annotation platform.tkestack.io/renew-certificates holds something else than a time. Renewals that are due by themselves go on.',
    remedy: 'Give the annotation a time such as that of "date -u +%FT%TZ", or take it away.',
  },
  CredentialRefused: {
    class: 'Retryable',
    meaning:
      'A renewed credential of the platform was tried at the cluster before it takes the place of the old one, and did not open it.',
    remedy: 'See what is said of the API server: the credential of before stays in use.',
  },
  AuthorizationNotOffered: {
    class: 'NeedsUser',
    meaning:
      '`features.authzWebhookAddr.builtin` asks for the central authorization, and the manager was started without the flags `--authz-webhook-url` and those beside it.',
    remedy: 'Start the manager with the settings of the authz-webhook, or take features.authzWebhookAddr away.',
  },
  ExternalAuthorizationNotSupported: {
    class: 'NeedsUser',
    meaning:
      '`features.authzWebhookAddr.external` names a webhook by its address, and there is no field for the certificates that API servers need to trust it and to be trusted.',
    remedy:
      'Set features.authzWebhookAddr.builtin for that of the platform, or take features.authzWebhookAddr away and configure the API servers by apiServerExtraArgs and features.files.',
  },
  CredentialTaken: {
    class: 'NeedsUser',
    meaning:
      'The credential of a new cluster would be stored where there is a Secret or ClusterCredential of something else already. It is not overwritten.',
    remedy: 'Name another ClusterCredential in spec.clusterCredentialRef, or none.',
  },
});
