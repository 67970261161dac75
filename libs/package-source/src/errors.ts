import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  ArchitectureNotPackaged: {
    class: 'NeedsUser',
    remedy: 'Build packages for that architecture with `make packages` on a machine of it, or use other hosts.',
  },
  PackageCacheUnusable: {
    class: 'NeedsUser',
    remedy:
      'Give the manager a folder for its cache that it may write to, with 2 GiB free for each version of Kubernetes.',
  },
  PackageDamaged: {
    class: 'NeedsUser',
    remedy: 'Copy or build the packages again: the file is not the one that index.json describes.',
  },
  PackageIndexInvalid: {
    class: 'NeedsUser',
    remedy: 'Name the folder that `make packages` wrote, or a mirror of it, with its index.json.',
  },
  PackageLocationInvalid: {
    class: 'NeedsUser',
    remedy: 'Give the absolute path of a folder, or a URL that starts with http:// or https:// and holds no password.',
  },
  PackageMissing: {
    class: 'NeedsUser',
    remedy: 'Copy or build the packages again: index.json names a file that is not there.',
  },
  PackageSourceUnreachable: {
    class: 'Retryable',
    remedy: 'Check that the package source answers and that the manager may read it.',
  },
  VersionNotPackaged: {
    class: 'NeedsUser',
    remedy: 'Choose a version that the message lists, or add the version with `make packages VERSIONS=...`.',
  },
});
