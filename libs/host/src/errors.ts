import { CodedError, codedErrors, type ErrorOptions } from '@tke/errors';

/** Everything that can go wrong with a host. The codes are condition reasons. */
export const errors = codedErrors({
  HostUnreachable: {
    class: 'Retryable',
    remedy:
      'Check that the host is up, that address and port are right, and that a firewall or proxy lets SSH through.',
  },
  HostKeyChanged: {
    class: 'NeedsUser',
    remedy:
      'Find out why the key differs: a reinstalled host, or another machine in its place. Then replace the pinned key.',
  },
  InvalidHostKey: {
    class: 'NeedsUser',
    remedy: 'Give a fingerprint (SHA256:…) as of "ssh-keygen -l", or the line of "ssh-keyscan".',
  },
  AuthenticationFailed: {
    class: 'NeedsUser',
    remedy: 'Check user, password and key, and which methods sshd_config allows this user.',
  },
  InvalidCredentials: {
    class: 'NeedsUser',
    remedy: 'Give a password, or a private key (OpenSSH or PEM) with its passphrase.',
  },
  SudoRefused: {
    class: 'NeedsUser',
    remedy: 'Allow the user to run /bin/sh by sudo, with the password given or with NOPASSWD, and without requiretty.',
  },
  ConnectionLost: {
    class: 'Retryable',
    remedy: 'The command may have run. It is safe to try again once the host answers.',
  },
  SessionRefused: {
    class: 'Retryable',
    remedy: 'Raise MaxSessions in sshd_config (default 10), or close other sessions of this connection.',
  },
  CommandFailed: { class: 'Retryable', remedy: 'Read the last lines of the output in the message.' },
  CommandTimeout: { class: 'Retryable', remedy: 'See what keeps the host busy, or allow the command more time.' },
  CommandTooLong: { class: 'Bug', remedy: 'Pass long input by stdin or as a file.' },
  DiskFull: { class: 'NeedsUser', remedy: 'Free space on the file system that the message names.' },
  HostUnsupported: {
    class: 'NeedsUser',
    remedy: 'Use a Linux distribution with a POSIX shell, GNU coreutils and util-linux.',
  },
  FileTooLarge: { class: 'NeedsUser', remedy: 'Shorten the file, or read it in parts.' },
  NotAFile: { class: 'NeedsUser', remedy: 'Move away what has the name on the host.' },
  ContentDiffers: { class: 'Retryable', remedy: 'Check the source: it is not what its digest promises.' },
  HostInUse: {
    class: 'NeedsUser',
    remedy: 'Remove the host from the other cluster first; if that cluster is gone, delete the lock file on the host.',
  },
  LockSuperseded: { class: 'Retryable', remedy: 'Nothing: a newer leader works on this host.' },
  LockNotHeld: { class: 'Retryable', remedy: 'Take the lock again before changing the host.' },
  LockBusy: { class: 'Retryable', remedy: 'Wait until the command that another leader started has ended.' },
  JobDiffers: { class: 'Bug', remedy: 'Use another id for another command.' },
  JobNotStarted: { class: 'Retryable', remedy: 'Read the message; on a systemd host see also "journalctl -u <unit>".' },
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
    super(code, catalogue(code), message, options);
    this.failure = failure;
  }
}

function catalogue(code: 'CommandFailed' | 'DiskFull') {
  const { class: errorClass, remedy } = errors[code]('');
  return { class: errorClass, remedy };
}
