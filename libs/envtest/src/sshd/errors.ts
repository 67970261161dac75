import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  SshdMissing: {
    class: 'NeedsUser',
    meaning: 'Tests of hosts need an sshd, and there is none on this machine or in the packages of its distribution.',
    remedy: 'Install openssh-server and openssh-client (apt-get install, dnf install).',
  },
  RootNeeded: {
    class: 'NeedsUser',
    meaning: 'A test logs in by password, for which it makes a user.',
    remedy: 'Run the tests as root, in a container for instance: only root can make users.',
  },
  SystemdMissing: {
    class: 'NeedsUser',
    meaning: 'A test runs a systemd of its own in namespaces, which this machine does not allow or have.',
    remedy: 'Run the tests as root on a machine with systemd, where namespaces may be made.',
  },
  ToolFailed: {
    class: 'NeedsUser',
    meaning: 'A program that tests call, such as useradd or unshare, ended with an error.',
    remedy: 'Read what the tool says in the message.',
  },
});
