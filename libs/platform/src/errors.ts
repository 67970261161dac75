import { codedErrors } from '@tke/errors';

/** What keeps clusters and machines from being worked on, besides what hosts, packages and steps have to say. */
export const platformErrors = codedErrors({
  SecretNotFound: {
    class: 'NeedsUser',
    remedy: 'Create the Secret with that label in the namespace of the platform, or correct the reference to it.',
  },
  SecretOfAnotherTenant: {
    class: 'NeedsUser',
    remedy: 'Name a Secret whose label platform.tkestack.io/tenant-id is the tenantID of the object.',
  },
  LoginIncomplete: {
    class: 'NeedsUser',
    remedy: 'Give password or privateKey, best in the Secret that credentialSecretRef names.',
  },
  HostKeyNotKnown: {
    class: 'Retryable',
    remedy: 'Wait until the host has been connected to for the object that names it, or give its spec.hostKeys.',
  },
  HostNotOfCluster: { class: 'Retryable', remedy: 'Wait: the hosts of the cluster have just changed.' },
  NotLeading: { class: 'Retryable', remedy: 'Wait: another replica of the manager is about to lead.' },
  JobTimedOut: {
    class: 'Retryable',
    remedy: 'See what keeps the host busy: the message has the last lines of the command.',
  },
  JobCancelled: { class: 'Retryable', remedy: 'None: somebody ended the command, and it is started again.' },
  JobVanished: {
    class: 'Retryable',
    remedy: 'See why the host reboots or who ends the command: it left no exit code, several times.',
  },
  MemberNotConnected: {
    class: 'Retryable',
    remedy: 'Wait: the manager connects to the cluster once it has its address and credential.',
  },
  ArchitectureUnknown: { class: 'NeedsUser', remedy: 'Use hosts with amd64 (x86_64) or arm64 (aarch64) processors.' },
  ScaleNotSupported: {
    class: 'NeedsUser',
    remedy: 'Put spec.machines back as it was. Workers come and go as Machines.',
  },
  UpgradeNotSupported: {
    class: 'NeedsUser',
    remedy: 'Put spec.version back to the version the cluster was built with.',
  },
  RenewalTimeInvalid: {
    class: 'NeedsUser',
    remedy: 'Give the annotation a time such as that of "date -u +%FT%TZ", or take it away.',
  },
  CredentialRefused: {
    class: 'Retryable',
    remedy: 'See what is said of the API server: the credential of before stays in use.',
  },
  AuthorizationNotOffered: {
    class: 'NeedsUser',
    remedy: 'Start the manager with the settings of the authz-webhook, or take features.authzWebhookAddr away.',
  },
  ExternalAuthorizationNotSupported: {
    class: 'NeedsUser',
    remedy:
      'Set features.authzWebhookAddr.builtin for that of the platform, or take features.authzWebhookAddr away and configure the API servers by apiServerExtraArgs and features.files.',
  },
  CredentialTaken: {
    class: 'NeedsUser',
    remedy: 'Name another ClusterCredential in spec.clusterCredentialRef, or none.',
  },
});
