import { CodedError, codedErrors, type ErrorOptions } from '@tke/errors';

/** Everything that can go wrong with a host. The codes are condition reasons. */
export const errors = codedErrors({
  HostUnreachable: {
    class: 'Retryable',
    meaning:
      'No SSH session with the host came about: the port does not answer, the connection ends before the login, or the jump server or proxy does not get there.',
    remedy:
      'Check that the host is up, that address and port are right, and that a firewall or proxy lets SSH through.',
  },
  HostKeyChanged: {
    class: 'NeedsUser',
    meaning:
      'The host shows another SSH key than the one that is pinned. Neither password nor command was sent: it may be another machine.',
    remedy:
      'Find out why the key differs: a reinstalled host, or another machine in its place. Then replace the pinned key.',
  },
  InvalidHostKey: {
    class: 'NeedsUser',
    meaning: 'What was given as the SSH key of a host is no key or fingerprint of a supported type.',
    remedy: 'Give a fingerprint (SHA256:…) as of "ssh-keygen -l", or the line of "ssh-keyscan".',
  },
  AuthenticationFailed: {
    class: 'NeedsUser',
    meaning:
      'The host answered and refused the login: a wrong user, password or key, or a method that its sshd does not allow this user.',
    remedy: 'Check user, password and key, and which methods sshd_config allows this user.',
  },
  InvalidCredentials: {
    class: 'NeedsUser',
    meaning:
      'There is neither password nor private key, or the key cannot be read: damaged, of an unknown format, or with a passphrase that is missing or wrong.',
    remedy: 'Give a password, or a private key (OpenSSH or PEM) with its passphrase.',
  },
  SudoRefused: {
    class: 'NeedsUser',
    meaning: 'The login works, but sudo does not let the user run commands as root.',
    remedy: 'Allow the user to run /bin/sh by sudo, with the password given or with NOPASSWD, and without requiretty.',
  },
  ConnectionLost: {
    class: 'Retryable',
    meaning:
      'The SSH connection ended while a command ran. It may have run to its end; steps can be done twice without harm.',
    remedy: 'None if the next try succeeds; else check the network to the host, and sshd there.',
  },
  SessionRefused: {
    class: 'Retryable',
    meaning: 'The host accepted the login and opens no further session in this connection.',
    remedy: 'Raise MaxSessions in sshd_config (default 10), or close other sessions of this connection.',
  },
  CommandFailed: {
    class: 'Retryable',
    meaning:
      'A command on the host ended with an exit code other than 0, or by a signal. The message has the command and its last lines.',
    remedy: 'Read the last lines of the output in the message.',
  },
  CommandTimeout: {
    class: 'Retryable',
    meaning: 'A command on the host did not start or not end in time; the message tells which.',
    remedy: 'See what keeps the host busy, or allow the command more time.',
  },
  CommandTooLong: {
    class: 'Bug',
    meaning: 'The program was about to run a command that is longer than a host takes.',
    remedy: 'Pass long input by stdin or as a file.',
  },
  DiskFull: {
    class: 'NeedsUser',
    meaning: 'A command or an upload failed for lack of space, as its output says.',
    remedy: 'Free space on the file system that the message names.',
  },
  HostUnsupported: {
    class: 'NeedsUser',
    meaning:
      'The host is not a Linux on which the platform can work: its login shell does not run commands, or basic programs are missing.',
    remedy: 'Use a Linux distribution with a POSIX shell, GNU coreutils and util-linux.',
  },
  FileTooLarge: {
    class: 'NeedsUser',
    meaning: 'A file on the host is larger than the platform reads.',
    remedy: 'Shorten the file, or read it in parts.',
  },
  NotAFile: {
    class: 'NeedsUser',
    meaning: 'Where a file is to be read or written on the host there is a folder, a link or a device.',
    remedy: 'Move away what has the name on the host.',
  },
  ContentDiffers: {
    class: 'Retryable',
    meaning:
      'What arrived on the host is not what was to be sent, by its SHA-256. The file on the host was left as it was.',
    remedy: 'Check the source: it is not what its digest promises.',
  },
  HostInUse: {
    class: 'NeedsUser',
    meaning: 'A lock file on the host says that another cluster works on it, or cannot be read. Nothing is done there.',
    remedy: 'Remove the host from the other cluster first; if that cluster is gone, delete the lock file on the host.',
  },
  LockSuperseded: {
    class: 'Retryable',
    meaning: 'Another replica of the manager has become the leader and has taken the lock of the host. This one stops.',
    remedy: 'Nothing: a newer leader works on this host.',
  },
  LockNotHeld: {
    class: 'Retryable',
    meaning: 'The lock file on the host changed since it was taken. The command was not started.',
    remedy: 'Take the lock again before changing the host.',
  },
  LockBusy: {
    class: 'Retryable',
    meaning: 'A command that an earlier leader started is still at work on the host. Two never change a host at once.',
    remedy: 'Wait until the command that another leader started has ended.',
  },
  JobDiffers: {
    class: 'Bug',
    meaning: 'A command was to be started under the id of another one that is still there.',
    remedy: 'Use another id for another command.',
  },
  JobNotStarted: {
    class: 'Retryable',
    meaning: 'systemd, or what takes its place on the host, did not start a command.',
    remedy: 'Read the message; on a systemd host see also "journalctl -u <unit>".',
  },
});

export interface CommandFailure {
  /** As a shell would show it, shortened. */
  readonly command: string;
  /** Undefined when a signal ended the command. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The last lines of the output, without secrets. */
  readonly tail: string;
}

/** A command that ran and failed. */
export class CommandError extends CodedError {
  readonly failure: CommandFailure;

  constructor(code: 'CommandFailed' | 'DiskFull', failure: CommandFailure, options?: ErrorOptions) {
    const ended =
      failure.exitCode === undefined ? `ended by ${failure.signal ?? 'a signal'}` : `exit code ${failure.exitCode}`;
    const message = `${failure.command}: ${ended}${failure.tail === '' ? '' : `: ${failure.tail}`}`;
    super(code, errors[code].definition, message, options);
    this.failure = failure;
  }
}
