import { abortable, type Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { Redactor, type Secret } from '../secret.ts';
import { displayed } from '../shell/quote.ts';
import type { SshConnection } from '../ssh/connection.ts';
import { after } from './after.ts';
import { failureOf, notStarted, outputTail, type FailureContext } from './failure.ts';
import { RemoteCommand, type Ended } from './remote-command.ts';
import { secretsOf, type RunOptions, type RunResult } from './run-options.ts';
import { wrapped, type WrapOptions } from './wrapper.ts';

/** What all commands of one host have in common. */
export interface ExecuteTools {
  readonly clock: Clock;
  /** Text that occurs nowhere else, another one each time. */
  readonly nonce: () => string;
  /** Whether root's rights have to be asked for. */
  readonly needsSudo: boolean;
  readonly sudoPassword: Secret | undefined;
  /** All secrets of the host. */
  readonly secrets: readonly Secret[];
}

/** Ends a command that nobody waits for any longer. Does not reject. */
export type Abandon = (command: RemoteCommand) => Promise<void>;

const defaultTimeoutMs = 60_000;
const defaultOutputBytes = 1024 * 1024;
/** The host's own time limit comes later than ours: it is for the day we cannot end the command. */
const remoteSlackSeconds = 5;
/** Time for a session that was asked for to open after all. */
const openGraceMs = 2000;
/** The kernel takes no longer single argument than 128 KiB (MAX_ARG_STRLEN), the wrapper included. */
const longestCommand = 120 * 1024;

interface Execution {
  readonly context: FailureContext;
  readonly options: RunOptions;
  readonly timeoutMs: number;
  readonly line: string;
}

/** Runs one command to its exit status, or abandons it when its time is over or the signal aborts. */
export async function execute(
  connection: SshConnection,
  tools: ExecuteTools,
  argv: readonly string[],
  options: RunOptions,
  abandon: Abandon,
): Promise<RunResult> {
  const execution = prepare(connection, tools, argv, options);
  const stop = new AbortController();
  const timer = tools.clock.setTimer(execution.timeoutMs, () => stop.abort(timeIsOver));
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  let opening: Promise<RemoteCommand> | undefined;
  let command: RemoteCommand | undefined;
  try {
    signal.throwIfAborted();
    opening = connection.exec(
      execution.line,
      (channel) =>
        new RemoteCommand(channel, connection, {
          nonce: execution.context.wrap.nonce,
          stdin: options.stdin,
          maxOutputBytes: options.maxOutputBytes ?? defaultOutputBytes,
          sudoPassword: () => tools.sudoPassword,
          onStdinError: (error) => stop.abort(error),
        }),
      { clock: tools.clock, signal },
    );
    command = await abortable(opening, signal);
    return answer(command, await abortable(command.ended, signal), execution);
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    command ??= await openedSoon(opening, tools.clock);
    // What opens later still is ended then: nobody is kept waiting for it.
    await (command === undefined ? void opening?.then(abandon, () => undefined) : abandon(command));
    throw signal.reason === timeIsOver ? timeout(command, execution) : signal.reason;
  } finally {
    timer.cancel();
  }
}

/** The host may have begun what nobody waits for any longer, and its answer be on the way: that command has to be ended, too. */
function openedSoon(opening: Promise<RemoteCommand> | undefined, clock: Clock): Promise<RemoteCommand | undefined> {
  return Promise.race([opening?.catch(() => undefined), after(clock, openGraceMs)]);
}

const timeIsOver = Symbol('the time of the command is over');

function prepare(
  connection: SshConnection,
  tools: ExecuteTools,
  argv: readonly string[],
  options: RunOptions,
): Execution {
  const { timeoutMs = defaultTimeoutMs, sudo = true, env = {}, guard } = options;
  const wrap: WrapOptions = {
    nonce: tools.nonce(),
    limitSeconds: Math.ceil(timeoutMs / 1000) + remoteSlackSeconds,
    sudo: sudo && tools.needsSudo,
    env,
    guard,
  };
  const line = wrapped(argv, wrap);
  if (Buffer.byteLength(line) > longestCommand) {
    throw errors.CommandTooLong(`${displayed(argv)}: ${Buffer.byteLength(line)} bytes`);
  }
  const redactor = new Redactor([...tools.secrets, ...secretsOf(options)]);
  return { context: { name: connection.name, argv, wrap, redactor }, options, timeoutMs, line };
}

function answer(command: RemoteCommand, ended: Ended, { context, options }: Execution): RunResult {
  if (command.group === undefined) {
    throw notStarted(command, context);
  }
  const { exitCode } = ended;
  if (exitCode === undefined || !(options.exitCodes ?? [0]).includes(exitCode)) {
    throw failureOf(command, ended, context);
  }
  const stdoutBytes = command.stdout.bytes();
  return {
    exitCode,
    stdout: stdoutBytes.toString('utf8'),
    stderr: command.stderr.bytes().toString('utf8'),
    stdoutBytes,
    truncated: command.stdout.truncated,
  };
}

function timeout(command: RemoteCommand | undefined, { context, timeoutMs }: Execution) {
  const { name, argv, redactor } = context;
  const shown = redactor.redact(displayed(argv));
  if (command === undefined) {
    return errors.CommandTimeout(`${name}: no session for ${shown} within ${timeoutMs / 1000} s`);
  }
  if (command.group === undefined) {
    const said = redactor.redact(command.preambleText) || 'nothing was said';
    return errors.CommandTimeout(`${name}: ${shown} did not start within ${timeoutMs / 1000} s: ${said}`);
  }
  const lines = outputTail(command, redactor);
  const printed = lines === '' ? 'it printed nothing' : `its last lines: ${lines}`;
  return errors.CommandTimeout(`${name}: ${shown} did not end within ${timeoutMs / 1000} s; ${printed}`);
}
