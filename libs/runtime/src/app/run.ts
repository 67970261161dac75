import { isCoded } from '@tke/errors';
import { createLogger, type Logger } from '@tke/log';

import { signalHandler } from '../manager/signals.ts';
import { helpText, parseFlags, parseLevel, type Flags, type FlagSpecs } from './flags.ts';

/** Flags that every program has. */
export const commonFlags = {
  kubeconfig: { type: 'string', description: 'path of a kubeconfig; in a pod its service account is used without one' },
  'health-address': { type: 'string', description: 'where /healthz and /readyz are served', default: ':8081' },
  'metrics-address': { type: 'string', description: 'where /metrics is served; empty: nowhere', default: ':8080' },
  'log-level': { type: 'string', description: 'error, warn, info or debug', default: 'info' },
  'log-format': { type: 'string', description: 'json or text', default: 'json' },
  help: { type: 'boolean', description: 'print this' },
} as const satisfies FlagSpecs;

export interface Program<Specs extends FlagSpecs> {
  readonly name: string;
  readonly flags: Specs;
  /** Runs until the signal aborts. A rejection ends the process with exit code 1, `FlagInvalid` with 2. */
  run(flags: Flags<Specs & typeof commonFlags>, logger: Logger, signal: AbortSignal): Promise<void>;
}

/** The body of every `main.ts`: flags, log, signals, and an end of the process for every error that nobody caught. */
export async function runProgram<const Specs extends FlagSpecs>(program: Program<Specs>): Promise<void> {
  const specs: Specs & typeof commonFlags = { ...program.flags, ...commonFlags };
  let logger = createLogger().withName(program.name);
  try {
    const flags = parseFlags(specs, process.argv.slice(2));
    const { help, 'log-level': level, 'log-format': format } = flags as Flags<typeof commonFlags>;
    if (help) {
      process.stdout.write(helpText(program.name, specs));
      return;
    }
    logger = createLogger({ level: parseLevel(level), format: format === 'text' ? 'text' : 'json' }).withName(
      program.name,
    );
    const dieOf = (what: string) => (error: unknown) => {
      logger.error(what, { error });
      process.exit(1);
    };
    process.on('uncaughtException', dieOf('Uncaught exception'));
    process.on('unhandledRejection', dieOf('Unhandled rejection'));
    await program.run(flags, logger, signalHandler());
    logger.info('Stopped');
    process.exit(0);
  } catch (error) {
    logger.error('Ended by an error', { error });
    // Timers and sockets of what did not end in time must not keep a process alive that lost its lease.
    process.exit(isCoded(error, 'FlagInvalid') ? 2 : 1);
  }
}
