import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  ApplyFailed: {
    class: 'NeedsUser',
    meaning: 'kubectl refused a manifest that the local hub or a test applies.',
    remedy: 'Mend the manifest that the message names.',
  },
  BuildFailed: {
    class: 'NeedsUser',
    meaning:
      'Binaries of Kubernetes could not be downloaded and are built from source instead, which the Go compiler refused.',
    remedy: 'Read the compiler output above; set KUBEBUILDER_ASSETS to use other binaries.',
  },
  ChecksumMismatch: {
    class: 'Retryable',
    meaning: 'A binary of Kubernetes arrived with another SHA-256 than its release says. It was thrown away.',
    remedy: 'Run again; if it persists, a proxy on the way changes downloads.',
  },
  ConditionNotMet: {
    class: 'Bug',
    meaning: 'What was waited for did not come to pass in time; the message has what was last seen.',
    remedy: 'Read the last value in the message and the logs of the control plane.',
  },
  DownloadFailed: {
    class: 'Retryable',
    meaning: 'Binaries of Kubernetes could not be downloaded.',
    remedy: 'Check the connection; with Go installed the binaries are built instead.',
  },
  GoMissing: {
    class: 'NeedsUser',
    meaning: 'Binaries of Kubernetes could not be downloaded, and cannot be built from source either without Go.',
    remedy: 'Install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder that holds the binaries.',
  },
  NoSharedControlPlane: {
    class: 'Bug',
    meaning: 'An integration test ran outside of the Jest project that starts its API server.',
    remedy: 'Run the test in the Jest project "integration", whose globalSetup starts the control plane.',
  },
  PortInUse: {
    class: 'NeedsUser',
    meaning: 'The local hub found no free port on 127.0.0.1 for one of its servers.',
    remedy: 'End the process that listens on the port, or choose another port.',
  },
  ProcessExited: {
    class: 'NeedsUser',
    meaning:
      'A process of the local hub or of a test ended though it should run; its last log lines are in the message.',
    remedy: 'Read the last log lines in the message.',
  },
  ProcessNotReady: {
    class: 'Retryable',
    meaning: 'A process of the local hub or of a test was started and did not become ready in time.',
    remedy: 'Read the last log lines in the message; a busy machine needs longer.',
  },
  ProcessNotStarted: {
    class: 'NeedsUser',
    meaning:
      'A process of the local hub or of a test could not be started at all: its file is missing or may not be executed.',
    remedy: 'Check that the file exists and may be executed.',
  },
  UnknownUser: {
    class: 'Bug',
    meaning: 'A test calls kubectl as a user for whom no kubeconfig was made.',
    remedy: 'Create the user with user(name, { groups }) first.',
  },
  UnsupportedPlatform: {
    class: 'NeedsUser',
    meaning: 'The binaries of Kubernetes that the local hub runs exist for Linux on amd64 and arm64 only.',
    remedy: 'Use Linux on amd64 or arm64.',
  },
  UnsupportedVersion: {
    class: 'NeedsUser',
    meaning: '`K8S=` names a version of Kubernetes that the local hub and the tests do not know.',
    remedy: 'Choose one of the versions that the message lists.',
  },
});
