import { parseArgs } from 'node:util';

import { errorMessage } from '@tke/errors';

import type { Arguments, Options } from './command.ts';
import { cliErrors } from './errors.ts';

export const commonOptions = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'hub-tenants': { type: 'string' },
  'platform-namespaces': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies Options;

/** What is asked about: the options of `why` and `who-can`. */
export const questionOptions = {
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  subresource: { type: 'string' },
  'field-selector': { type: 'string' },
  cluster: { type: 'string' },
  project: { type: 'string' },
} as const satisfies Options;

export const questionUsage = '[-n namespace | -A] [--subresource s] [--field-selector f] [--cluster c] [--project p]';

/** kubectl takes the name as a word of its own as well. */
export function remedyFor(target: string | undefined, more: readonly string[]): { readonly remedy?: string } {
  const [name] = more;
  return target === undefined || name === undefined || more.length > 1 ? {} : { remedy: `Write ${target}/${name}.` };
}

/** Throws `UsageInvalid` for what is no option. */
export function parseOptions(argv: readonly string[], options: Options): Arguments {
  const { values, positionals } = parsed(argv, { ...commonOptions, ...options });
  const all = (option: string) => [values[option] ?? []].flat();
  return {
    positionals,
    value: (option) => all(option).findLast((value) => typeof value === 'string'),
    values: (option) => all(option).filter((value) => typeof value === 'string'),
    is: (option) => values[option] === true,
  };
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parsed(argv: readonly string[], options: Options): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options: { ...options }, strict: true, allowPositionals: true });
  } catch (error) {
    throw cliErrors.UsageInvalid(errorMessage(error), { cause: error });
  }
}

/** Names separated by commas. */
export function namesOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
