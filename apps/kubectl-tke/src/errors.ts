import { codedErrors } from '@tke/errors';

export const cliErrors = codedErrors({
  UsageInvalid: { class: 'NeedsUser', remedy: 'Run kubectl tke --help.' },
  TenantUnclear: { class: 'NeedsUser', remedy: 'Name one with --tenant.' },
  RulesNotReadable: {
    class: 'NeedsUser',
    remedy:
      'Use a kubeconfig that may list the kinds of auth.tkestack.io, namespaces and the kind in question, e.g. of a platform administrator.',
  },
  ProjectsNotReadable: {
    class: 'NeedsUser',
    remedy: 'Name a project that you may read, or ask an administrator of your tenant.',
  },
  ProjectNotFound: { class: 'NeedsUser', remedy: 'Correct the name: kubectl tke me tells which projects you have.' },
  FileInvalid: { class: 'NeedsUser', remedy: 'Correct the file.' },
});
