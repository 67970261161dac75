import type { Duplex } from 'node:stream';

import { errorMessage, isCoded, type CodedError } from '@tke/errors';
import { abortable, type Clock } from '@tke/time';
import { NodeSSH, type Config } from 'node-ssh';

import { errors } from '../errors.ts';
import { Redactor } from '../secret.ts';
import { SshConnection, type SshClient } from './connection.ts';
import { dial, type DialTools } from './dial.ts';
import { algorithmAttempts, type HostKeyAlgorithm } from './host-key.ts';
import { HostKeyCheck } from './host-key-check.ts';
import { answerPrompts } from './keyboard-interactive.ts';
import { targetName, targetSecrets, type HostTarget } from './target.ts';

export interface ConnectOptions extends DialTools {
  /** For the way to the host, the handshake and the login together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

// A peer that says nothing for 30 s is taken for gone: TCP alone would notice after two hours.
const keepalive = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };

/** Connects and logs in. Rejects with AddressDenied, HostUnreachable, HostKeyChanged, AuthenticationFailed or InvalidCredentials. */
export async function connect(target: HostTarget, options: ConnectOptions): Promise<SshConnection> {
  const { password, privateKey } = target.credentials;
  if (password === undefined && privateKey === undefined) {
    throw errors.InvalidCredentials(`neither password nor private key for ${targetName(target)}`);
  }
  const over = new AbortController();
  const timer = options.clock.setTimer(options.timeoutMs, () =>
    over.abort(errors.HostUnreachable(`${targetName(target)} did not let us in within ${options.timeoutMs / 1000} s`)),
  );
  const signal = AbortSignal.any([over.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    return await attempts(target, options, signal);
  } finally {
    timer.cancel();
  }
}

async function attempts(target: HostTarget, tools: DialTools, signal: AbortSignal): Promise<SshConnection> {
  const { hostKeys } = target;
  const sets = algorithmAttempts(hostKeys.kind === 'pinned' ? hostKeys.pins : undefined);
  let mismatch: CodedError | undefined;
  for (const algorithms of sets) {
    try {
      return await attempt(target, { algorithms, tools, signal });
    } catch (error) {
      if (!isCoded(error, 'HostKeyChanged')) {
        throw error;
      }
      mismatch ??= error;
    }
  }
  throw mismatch ?? errors.HostKeyChanged(`${targetName(target)}: no host key is pinned`);
}

interface Attempt {
  readonly algorithms: readonly HostKeyAlgorithm[];
  readonly tools: DialTools;
  readonly signal: AbortSignal;
}

async function attempt(target: HostTarget, { algorithms, tools, signal }: Attempt): Promise<SshConnection> {
  const check = new HostKeyCheck(target.hostKeys, signal);
  const stream = await dial(target, tools, signal);
  const ssh = new NodeSSH();
  const prompts: string[] = [];
  let client: SshClient | null = null;
  try {
    const connecting = ssh.connect(config(target, { stream, algorithms, check, prompts }));
    connecting.catch(() => undefined);
    client = ssh.connection;
    client?.on('error', () => undefined);
    await abortable(connecting, signal);
    if (client === null || check.key === undefined) {
      throw new Error('the connection closed right after the login');
    }
    return new SshConnection(client, targetName(target), check.key);
  } catch (cause) {
    client?.destroy();
    stream.destroy();
    signal.throwIfAborted();
    throw connectError(target, cause, { check, prompts });
  }
}

interface Session {
  readonly stream: Duplex;
  readonly algorithms: readonly HostKeyAlgorithm[];
  readonly check: HostKeyCheck;
  readonly prompts: string[];
}

function config(target: HostTarget, { stream, algorithms, check, prompts }: Session): Config {
  const { password, privateKey, passphrase } = target.credentials;
  return {
    // The types promise a Readable; what ssh2 reads and writes is a Duplex.
    sock: stream,
    username: target.user,
    readyTimeout: 0,
    ...keepalive,
    algorithms: { serverHostKey: [...algorithms] },
    hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => check.verify(key, verify),
    ...(privateKey === undefined ? {} : { privateKey: privateKey.reveal().toString('utf8') }),
    ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal().toString('utf8') }),
    ...(password === undefined
      ? {}
      : {
          password: password.reveal().toString('utf8'),
          tryKeyboard: true,
          onKeyboardInteractive: answerPrompts(password, (prompt) => prompts.push(prompt)),
        }),
  };
}

function connectError(
  target: HostTarget,
  cause: unknown,
  { check, prompts }: Pick<Session, 'check' | 'prompts'>,
): CodedError {
  const name = targetName(target);
  const message = new Redactor(targetSecrets(target)).redact(errorMessage(cause));
  const level = (cause as { level?: unknown } | undefined)?.level;
  if (check.failure !== undefined) {
    return check.failure(name);
  }
  if (/^no matching host key/i.test(message) || /host key format/i.test(message)) {
    return errors.HostKeyChanged(`${name} has no key of the pinned type: ${message}`, { cause });
  }
  if (/parse privateKey|privateKey value|passphrase/i.test(message)) {
    return errors.InvalidCredentials(`private key for ${name}: ${message}`);
  }
  if (level === 'client-authentication') {
    const asked = prompts.length === 0 ? '' : ` (the host also asked: ${prompts.join(', ')})`;
    return errors.AuthenticationFailed(`${name} refused the login: ${message}${asked}`, { cause });
  }
  return errors.HostUnreachable(`${name}: no SSH session: ${message}`, { cause });
}
