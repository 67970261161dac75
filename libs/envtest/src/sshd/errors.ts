import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  SshdMissing: {
    class: 'NeedsUser',
    remedy: 'Install openssh-server and openssh-client (apt-get install, dnf install).',
  },
  RootNeeded: {
    class: 'NeedsUser',
    remedy: 'Run the tests as root, in a container for instance: only root can make users.',
  },
  SystemdMissing: {
    class: 'NeedsUser',
    remedy: 'Run the tests as root on a machine with systemd, where namespaces may be made.',
  },
  ToolFailed: { class: 'NeedsUser', remedy: 'Read what the tool says in the message.' },
});
