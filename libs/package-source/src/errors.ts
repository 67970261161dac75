import { codedErrors } from '@tke/errors';

/** Of the flag: a process that was given it does not start. */
export const locationErrors = codedErrors({
  PackageLocationInvalid: {
    class: 'NeedsUser',
    meaning: 'The flag `--packages` is neither the path of a folder nor a URL that can be used.',
    remedy:
      'Give the path of a folder, or a URL that starts with http:// or https:// and holds no password, query or fragment.',
  },
});

export const errors = codedErrors({
  ArchitectureNotPackaged: {
    class: 'NeedsUser',
    meaning: 'The package source has the version, but not for the processor of the host.',
    remedy: 'Build packages for that architecture with `make packages` on a machine of it, or use other hosts.',
  },
  PackageCacheUnusable: {
    class: 'NeedsUser',
    meaning: 'The manager keeps what it downloads in a folder, and cannot write there or has no space left.',
    remedy:
      'Give the manager a folder for its cache that it may write to, with 2 GiB free for each version of Kubernetes.',
  },
  PackageDamaged: {
    class: 'NeedsUser',
    meaning:
      'A file of the package source has another size or SHA-256 than its index says. Nothing of it was put onto a host.',
    remedy: 'Copy or build the packages again: the file is not the one that index.json describes.',
  },
  PackageIndexInvalid: {
    class: 'NeedsUser',
    meaning:
      'The package source has no index.json, or one that cannot be read: most likely another folder or URL was named.',
    remedy: 'Name the folder that `make packages` wrote, or a mirror of it, with its index.json.',
  },
  PackageMissing: {
    class: 'NeedsUser',
    meaning:
      'The index of the package source names a file that is not there, or lacks one that a cluster of this version needs: a mirror that is not complete.',
    remedy: 'Copy or build the packages again: index.json names a file that is not there.',
  },
  PackageSourceUnreachable: {
    class: 'Retryable',
    meaning:
      'The package source did not answer, or not with the file: the network, the server or the rights of its files are to blame.',
    remedy: 'Check that the package source answers and that the manager may read it.',
  },
  VersionNotPackaged: {
    class: 'NeedsUser',
    meaning:
      'The package source has no packages of the version that the cluster asks for; the message lists those it has.',
    remedy: 'Choose a version that the message lists, or add the version with `make packages VERSIONS=...`.',
  },
});
