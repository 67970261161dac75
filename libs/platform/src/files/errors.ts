import { codedErrors } from '@tke/errors';

/** What can be wrong with files that `features.files` names. */
export const fileErrors = codedErrors({
  FileNotFound: {
    class: 'NeedsUser',
    remedy:
      'Put the file below shared/ or tenants/<tenantID>/ in the folder that the flag --files of the manager names, or correct features.files[].src.',
  },
  TooManyFiles: {
    class: 'NeedsUser',
    remedy: 'Pack the files into an archive that a hook unpacks, or divide the folder.',
  },
  PlatformFileTooLarge: {
    class: 'NeedsUser',
    remedy: 'Let a hook fetch the file from a server near the hosts instead.',
  },
});
