import { codedErrors } from '@tke/errors';

/** What keeps a host from being prepared, besides what the host itself, its files and the package source have to say. */
export const hostStepErrors = codedErrors({
  HostMarkedByAnother: {
    class: 'NeedsUser',
    meaning:
      "A file on the host says that it is part of another cluster or another Machine. It is left alone, so that nobody's node is overwritten.",
    remedy:
      'Remove the Machine or Cluster the host belongs to. If that is gone, run "sh /var/lib/tke/reset.sh" on the host.',
  },
  PackageIncomplete: {
    class: 'NeedsUser',
    meaning: 'The package of this version and architecture lacks a program or image that the step needs.',
    remedy: 'Build the package folder anew (make packages).',
  },
  KernelModuleNotLoaded: {
    class: 'NeedsUser',
    meaning:
      'The kernel of the host does not load a module that Kubernetes needs; the message has the words of modprobe.',
    remedy: 'Install the modules of the running kernel, or reboot into the kernel whose modules are installed.',
  },
  SysctlNotApplied: {
    class: 'NeedsUser',
    meaning:
      'A kernel parameter was set on the host and has another value afterwards: something else sets it, or the kernel does not let it be set.',
    remedy: 'See what keeps the kernel parameter from being set on the host (sysctl -w).',
  },
  SwapStays: {
    class: 'NeedsUser',
    meaning:
      'Swap was turned off and is on again: a systemd unit, zram or a script brings it back, and the kubelet does not start with swap unless it is told to.',
    remedy: 'Turn off what brings the swap back, or allow it: spec.kubeletConfiguration.failSwapOn: false.',
  },
  ServiceFailed: {
    class: 'Retryable',
    meaning: 'containerd or another service was started on the host and did not come up.',
    remedy: 'Read the last lines of its journal in the message, and "journalctl -u" of it on the host.',
  },
});
