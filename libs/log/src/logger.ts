import winston from 'winston';

import { CodedError } from '@tke/errors';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];
export type Fields = Readonly<Record<string, unknown>>;

/** Structured logging with a constant message and key/value fields, after logr. */
export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
  /** A logger whose `logger` field has `name` appended, separated by a dot. */
  withName(name: string): Logger;
  withValues(fields: Fields): Logger;
}

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** `json` (default) for machines, `text` for a terminal. */
  readonly format?: 'json' | 'text';
  /** Default standard error, so that standard output stays for answers. */
  readonly stream?: NodeJS.WritableStream;
}

const secretName = /pass(word|phrase)?|secret|token|private.?key|credential|authorization/i;

const deepestCause = 5;

/** An error and what caused it. What somebody has to act on needs no stack; what is a bug does. */
function describeForLog(error: Error, depth = 0): Fields {
  const { message, stack, cause } = error;
  const inner = cause instanceof Error && depth < deepestCause ? { cause: describeForLog(cause, depth + 1) } : {};
  if (error instanceof CodedError && error.class !== 'Bug') {
    return { code: error.code, class: error.class, message, remedy: error.remedy, ...inner };
  }
  const coded = error instanceof CodedError ? { code: error.code, class: error.class, remedy: error.remedy } : {};
  return { ...coded, message, stack, ...inner };
}

/** Replaces what must not reach a log by name, and errors by their fields: JSON.stringify(new Error()) is `{}`. */
function sanitize(name: string, value: unknown): unknown {
  if (value !== undefined && value !== null && secretName.test(name)) {
    return '[redacted]';
  }
  if (value instanceof Error) {
    return describeForLog(value);
  }
  return value;
}

class WinstonLogger implements Logger {
  readonly #sink: winston.Logger;
  readonly #name: string;
  readonly #values: Fields;

  constructor(sink: winston.Logger, name: string, values: Fields) {
    this.#sink = sink;
    this.#name = name;
    this.#values = values;
  }

  error(message: string, fields?: Fields): void {
    this.#write('error', message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.#write('warn', message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.#write('info', message, fields);
  }

  debug(message: string, fields?: Fields): void {
    this.#write('debug', message, fields);
  }

  withName(name: string): Logger {
    return new WinstonLogger(this.#sink, this.#name === '' ? name : `${this.#name}.${name}`, this.#values);
  }

  withValues(fields: Fields): Logger {
    return new WinstonLogger(this.#sink, this.#name, { ...this.#values, ...fields });
  }

  #write(level: LogLevel, message: string, fields: Fields = {}): void {
    if (!this.#sink.isLevelEnabled(level)) {
      return;
    }
    const values = Object.entries({ ...this.#values, ...fields }).map(
      ([name, value]) => [name, sanitize(name, value)] as const,
    );
    this.#sink.log({ ...Object.fromEntries(values), level, message, logger: this.#name });
  }
}

export function createLogger({ level = 'info', format = 'json', stream = process.stderr }: LoggerOptions = {}): Logger {
  const { combine, json, printf, timestamp } = winston.format;
  const text = printf(({ timestamp: time, level: at, message, logger, ...fields }) => {
    const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
    return `${String(time)} ${at.toUpperCase().padEnd(5)} ${String(logger)} ${String(message)}${rest}`;
  });
  const sink = winston.createLogger({
    level,
    format: combine(timestamp(), format === 'json' ? json() : text),
    transports: [new winston.transports.Stream({ stream })],
  });
  return new WinstonLogger(sink, '', {});
}

/** Drops everything. */
export const discardLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  withName: () => discardLogger,
  withValues: () => discardLogger,
};
