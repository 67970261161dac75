import { codedErrors } from '@tke/errors';

/** What keeps a host from being prepared, besides what the host itself, its files and the package source have to say. */
export const hostStepErrors = codedErrors({
  HostMarkedByAnother: {
    class: 'NeedsUser',
    remedy:
      'Remove the Machine or Cluster the host belongs to. If that is gone, run "sh /var/lib/tke/reset.sh" on the host.',
  },
  PackageIncomplete: {
    class: 'NeedsUser',
    remedy: 'Build the package folder anew (make packages).',
  },
  KernelModuleNotLoaded: {
    class: 'NeedsUser',
    remedy: 'Install the modules of the running kernel, or reboot into the kernel whose modules are installed.',
  },
  SysctlNotApplied: {
    class: 'NeedsUser',
    remedy: 'See what keeps the kernel parameter from being set on the host (sysctl -w).',
  },
  SwapStays: {
    class: 'NeedsUser',
    remedy: 'Turn off what brings the swap back, or allow it: spec.kubeletConfiguration.failSwapOn: false.',
  },
  ServiceFailed: {
    class: 'Retryable',
    remedy: 'Read the last lines of its journal in the message, and "journalctl -u" of it on the host.',
  },
});
