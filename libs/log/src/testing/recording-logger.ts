import type { Fields, Logger, LogLevel } from '../logger.ts';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Fields;
}

/** Keeps what is logged. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[];
  readonly #values: Fields;

  constructor(lines: LogLine[] = [], values: Fields = {}) {
    this.lines = lines;
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

  withName(): Logger {
    return this;
  }

  withValues(fields: Fields): Logger {
    return new RecordingLogger(this.lines, { ...this.#values, ...fields });
  }

  at(level: LogLevel): LogLine[] {
    return this.lines.filter((line) => line.level === level);
  }

  #write(level: LogLevel, message: string, fields: Fields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#values, ...fields } });
  }
}
