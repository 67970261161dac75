import { codedErrors } from '@tke/errors';

export const cliErrors = codedErrors({
  UsageInvalid: {
    class: 'NeedsUser',
    meaning: 'The command line is not one that the plugin knows: a command, an argument or a flag.',
    remedy: 'Run kubectl tke --help.',
  },
  TenantUnclear: {
    class: 'NeedsUser',
    meaning:
      'The question is about users of a tenant, and there are several tenants, none, or not the one that was named.',
    remedy: 'Name one with --tenant.',
  },
  RulesNotReadable: {
    class: 'NeedsUser',
    meaning: 'The plugin decides from the rules that it reads, and the kubeconfig may not read them all.',
    remedy:
      'Use a kubeconfig that may list the kinds of auth.tkestack.io, namespaces and the kind in question, e.g. of a platform administrator.',
  },
  ProjectsNotReadable: {
    class: 'NeedsUser',
    meaning: 'The kubeconfig may not list projects, or not read the one that was named.',
    remedy: 'Name a project that you may read, or ask an administrator of your tenant.',
  },
  ProjectNotFound: {
    class: 'NeedsUser',
    meaning: 'There is no Project of that name.',
    remedy: 'Correct the name (kubectl tke me tells which projects you have), or create the Project.',
  },
  FileInvalid: {
    class: 'NeedsUser',
    meaning: 'A file that was named cannot be read, is too large, or holds something else than manifests or requests.',
    remedy: 'Correct the file.',
  },
  FileNotWritable: {
    class: 'NeedsUser',
    meaning:
      'The file for the kubeconfig is there already, or cannot be made or written where it should be. It is made before anything is asked for, and never overwritten: it may hold the only copy of a key.',
    remedy: 'Name another one with --file.',
  },
  NamespaceNotFound: {
    class: 'NeedsUser',
    meaning:
      'Credentials are for a Namespace of a project, an object on the hub that is called <cluster>-<namespace>; the project has none of that name.',
    remedy: 'Correct the name, or name the project with -n: kubectl tke quota lists the Namespaces of projects.',
  },
  CallerWithoutTenant: {
    class: 'NeedsUser',
    meaning:
      'Credentials for namespaces are for users of tenants, who ask for themselves; the kubeconfig is of nobody who belongs to one.',
    remedy: 'Use the kubeconfig of a user of a tenant.',
  },
  NamespaceCredentialFailed: {
    class: 'NeedsUser',
    meaning:
      'The NamespaceCredential was answered with a reason why there is no credential. The message begins with the code of that reason, which has a page of its own.',
    remedy: 'Do what the message says, and ask again.',
  },
  CredentialNotAnswered: {
    class: 'NeedsUser',
    meaning:
      'The NamespaceCredential waits for something, e.g. for a cluster that does not answer, or the manager is down. It is deleted again: its key is gone, so that a later answer is worth nothing.',
    remedy: 'Ask again when what the message names is there.',
  },
  CredentialNotWithdrawn: {
    class: 'NeedsUser',
    meaning:
      'A NamespaceCredential was asked for and came to nothing here, as the message begins by saying, and it could not be deleted again. Nobody has its key, but what was issued for it, or still will be, holds until it expires or the object is deleted.',
    remedy: 'Delete the NamespaceCredential that the message names, with kubectl delete namespacecredentials.',
  },
  CodeUnknown: {
    class: 'NeedsUser',
    meaning: 'There is no error code of that name in this version of the plugin.',
    remedy:
      'See all with kubectl tke explain. Reasons that are not among them tell how far something has come, or are those of Kubernetes itself.',
  },
});
