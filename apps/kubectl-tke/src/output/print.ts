import { dump } from 'js-yaml';

import { cliErrors } from '../errors.ts';
import { printable, printableJson } from './printable.ts';

export const formats = ['table', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];

/** What a command found out, for programs and for people. */
export interface Answer {
  readonly document: object;
  readonly lines: readonly string[];
}

export function parseFormat(text: string): Format {
  const format = formats.find((known) => known === text);
  if (format === undefined) {
    throw cliErrors.UsageInvalid(`--output is ${JSON.stringify(text)}: it must be one of ${formats.join(', ')}`);
  }
  return format;
}

export function render({ document, lines }: Answer, format: Format): string {
  switch (format) {
    case 'table':
      return `${lines.map(printable).join('\n')}\n`;
    case 'json':
      return `${printableJson(JSON.stringify(document, undefined, 2))}\n`;
    case 'yaml':
      // JSON first: it leaves out what is undefined. Everything else that is unsafe in YAML, js-yaml writes as escapes.
      return printableYaml(dump(JSON.parse(JSON.stringify(document)), { lineWidth: 160, noRefs: true }));
  }
}

function printableYaml(yaml: string): string {
  return yaml.split('\n').map(printable).join('\n');
}
