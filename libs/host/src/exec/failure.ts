import type { CodedError } from '@tke/errors';

import { CommandError, errors } from '../errors.ts';
import type { Redactor } from '../secret.ts';
import { displayed } from '../shell/quote.ts';
import type { BoundedOutput } from './bounded-output.ts';
import type { Ended, RemoteCommand } from './remote-command.ts';
import { refusal, type WrapOptions } from './wrapper.ts';

const tailLines = 20;
const tailLength = 2000;

/** The last lines of what a command printed, without secrets: of standard error, unless that is empty. */
export function outputTail({ stdout, stderr }: Pick<RemoteCommand, 'stdout' | 'stderr'>, redactor: Redactor): string {
  const ofErrors = tail(stderr, redactor);
  return ofErrors === '' ? tail(stdout, redactor) : ofErrors;
}

function tail(output: BoundedOutput, redactor: Redactor): string {
  const lines = output.bytes().toString('utf8').split('\n');
  // The first line may be the end of a secret, which nothing could recognize.
  const whole = output.truncated ? lines.slice(1) : lines;
  return redactor.redact(whole.join('\n')).trim().split('\n').slice(-tailLines).join('\n').slice(-tailLength);
}

export interface FailureContext {
  readonly name: string;
  readonly argv: readonly string[];
  readonly wrap: WrapOptions;
  readonly redactor: Redactor;
}

const diskFull = /No space left on device|Disk quota exceeded/;

/** What is wrong with a command that failed, by what it printed. */
export function failureCode(output: string): 'DiskFull' | 'CommandFailed' {
  return diskFull.test(output) ? 'DiskFull' : 'CommandFailed';
}

/** Why a command that ended did not do what it should. */
export function failureOf(command: RemoteCommand, ended: Ended, context: FailureContext): CodedError {
  const { name, argv, wrap, redactor } = context;
  const stderr = command.stderr.bytes().toString('utf8');
  const refused = refusal(wrap, ended.exitCode, stderr);
  if (refused?.kind === 'missing') {
    return errors.HostUnsupported(`${name}: ${refused.what}`);
  }
  if (refused?.kind === 'busy') {
    return errors.LockBusy(`${name}: a command of another leader is still at work`);
  }
  if (refused?.kind === 'lock') {
    return errors.LockNotHeld(`${name}: the lock is not ours, it says: ${refused.held}`);
  }
  const shown = redactor.redact(displayed(argv));
  const lines = outputTail(command, redactor);
  return new CommandError(failureCode(stderr), {
    command: shown,
    exitCode: ended.exitCode,
    signal: ended.signal,
    tail: lines,
  });
}

/** Why a command did not even start. */
export function notStarted(command: RemoteCommand, { name, wrap, redactor }: FailureContext): CodedError {
  const said = redactor.redact(command.preambleText);
  if (!wrap.sudo) {
    return errors.HostUnsupported(`${name}: the login shell did not run the command: ${said || 'it said nothing'}`);
  }
  if (command.sudoPrompts > 1) {
    return errors.SudoRefused(`${name}: sudo does not accept the password`);
  }
  const asked = command.sudoPrompts === 1 ? 'sudo asks for a password and ' : '';
  return errors.SudoRefused(`${name}: ${asked}did not start the command: ${said || 'it said nothing'}`);
}
