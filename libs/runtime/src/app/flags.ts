import { parseArgs } from 'node:util';

import { logLevels, type LogLevel } from '@tke/log';

import { runtimeAppErrors } from './errors.ts';

/** One command-line flag. Every flag takes a value or is a switch; none is read from the environment. */
export type FlagSpec =
  | { readonly type: 'string'; readonly description: string; readonly default?: string }
  | { readonly type: 'boolean'; readonly description: string };

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export type Flags<Specs extends FlagSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends { readonly type: 'boolean' }
    ? boolean
    : Specs[Name] extends { readonly default: string }
      ? string
      : string | undefined;
};

/** Throws `FlagInvalid` for what is not a flag of `specs`. */
export function parseFlags<const Specs extends FlagSpecs>(specs: Specs, argv: readonly string[]): Flags<Specs> {
  const switches = Object.entries(specs).filter(([, { type }]) => type === 'boolean');
  try {
    const values: Readonly<Record<string, unknown>> = parseArgs({
      args: [...argv],
      options: specs,
      strict: true,
    }).values;
    return { ...Object.fromEntries(switches.map(([name]) => [name, false])), ...values } as Flags<Specs>;
  } catch (error) {
    throw runtimeAppErrors.FlagInvalid((error as Error).message, { cause: error });
  }
}

export function helpText(program: string, specs: FlagSpecs): string {
  const lines = Object.entries(specs).map(([name, spec]) => {
    const fallback = spec.type === 'string' && spec.default !== undefined ? ` (default ${spec.default})` : '';
    return `  --${name.padEnd(26)} ${spec.description}${fallback}`;
  });
  return `usage: ${program} [flags]\n${lines.join('\n')}\n`;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/**
 * `host:port`, `[v6]:port`, or `:port` for every address of the machine: with an empty host Node listens on `::`, and on
 * 0.0.0.0 where there is no IPv6. Throws `FlagInvalid`.
 */
export function parseAddress(flag: string, text: string): HostAndPort {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.port);
  if (match === null || port > 65535) {
    throw runtimeAppErrors.FlagInvalid(
      `--${flag} is ${JSON.stringify(text)}: it must be host:port, e.g. 127.0.0.1:8081`,
    );
  }
  const host = match.groups?.v6 ?? match.groups?.host ?? '';
  return { host, port };
}

/** Seconds, fractions allowed, as milliseconds. Throws `FlagInvalid`. */
export function parseSeconds(flag: string, text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0) {
    throw runtimeAppErrors.FlagInvalid(
      `--${flag} is ${JSON.stringify(text)}: it must be a number of seconds, 0 or more`,
    );
  }
  return seconds * 1000;
}

/** Throws `FlagInvalid`. */
export function parsePositive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) {
    throw runtimeAppErrors.FlagInvalid(`--${flag} is ${JSON.stringify(text)}: it must be a number above 0`);
  }
  return value;
}

/** Throws `FlagInvalid`. */
export function parseOneOf<T extends string>(flag: string, text: string, words: readonly T[]): T {
  const word = words.find((known) => known === text);
  if (word === undefined) {
    throw runtimeAppErrors.FlagInvalid(`--${flag} is ${JSON.stringify(text)}: it must be one of ${words.join(', ')}`);
  }
  return word;
}

/** Throws `FlagInvalid` when a flag without a default was left out. */
export function required(flag: string, value: string | undefined): string {
  if (value === undefined || value === '') {
    throw runtimeAppErrors.FlagInvalid(`--${flag} is missing`);
  }
  return value;
}

/** Throws `FlagInvalid`: an unknown level would silence the log, errors included. */
export function parseLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) {
    throw runtimeAppErrors.FlagInvalid(
      `--log-level is ${JSON.stringify(text)}: it must be one of ${logLevels.join(', ')}`,
    );
  }
  return level;
}
