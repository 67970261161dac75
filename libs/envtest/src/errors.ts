import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  ApplyFailed: { class: 'NeedsUser', remedy: 'Mend the manifest that the message names.' },
  BuildFailed: {
    class: 'NeedsUser',
    remedy: 'Read the compiler output above; set KUBEBUILDER_ASSETS to use other binaries.',
  },
  ChecksumMismatch: { class: 'Retryable', remedy: 'Run again; if it persists, a proxy on the way changes downloads.' },
  ConditionNotMet: { class: 'Bug', remedy: 'Read the last value in the message and the logs of the control plane.' },
  DownloadFailed: {
    class: 'Retryable',
    remedy: 'Check the connection; with Go installed the binaries are built instead.',
  },
  GoMissing: {
    class: 'NeedsUser',
    remedy: 'Install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder that holds the binaries.',
  },
  NoSharedControlPlane: {
    class: 'Bug',
    remedy: 'Run the test in the Jest project "integration", whose globalSetup starts the control plane.',
  },
  PortInUse: { class: 'NeedsUser', remedy: 'End the process that listens on the port, or choose another port.' },
  ProcessExited: { class: 'NeedsUser', remedy: 'Read the last log lines in the message.' },
  ProcessNotReady: {
    class: 'Retryable',
    remedy: 'Read the last log lines in the message; a busy machine needs longer.',
  },
  ProcessNotStarted: { class: 'NeedsUser', remedy: 'Check that the file exists and may be executed.' },
  UnknownUser: { class: 'Bug', remedy: 'Create the user with user(name, { groups }) first.' },
  UnsupportedPlatform: { class: 'NeedsUser', remedy: 'Use Linux on amd64 or arm64.' },
  UnsupportedVersion: { class: 'NeedsUser', remedy: 'Choose one of the versions that the message lists.' },
});
