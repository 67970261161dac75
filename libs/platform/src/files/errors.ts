import { codedErrors } from '@tke/errors';

/** What can be wrong with files that `features.files` names. */
export const fileErrors = codedErrors({
  FileNotFound: {
    class: 'NeedsUser',
    meaning:
      '`features.files` names what the folder of the manager does not have for this tenant, or what leads out of the folder by `..` or a link.',
    remedy:
      'Put the file below shared/ or tenants/<tenantID>/ in the folder that the flag --files of the manager names, or correct features.files[].src.',
  },
  TooManyFiles: {
    class: 'NeedsUser',
    meaning: '`features.files` names a folder with more files than are copied to a host one by one.',
    remedy: 'Pack the files into an archive that a hook unpacks, or divide the folder.',
  },
  PlatformFileTooLarge: {
    class: 'NeedsUser',
    meaning: 'A file of `features.files` is larger than what the manager reads and sends to hosts.',
    remedy: 'Let a hook fetch the file from a server near the hosts instead.',
  },
});
