import type { Command, Result } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { CodeReference, ErrorReference } from '../explain/error-reference.ts';
import shipped from '../explain/error-reference.json' with { type: 'json' };
import { table } from '../output/table.ts';

const reference = shipped as ErrorReference;

export const explain: Command = {
  name: 'explain',
  usage: '[code]',
  summary: 'What an error code means, and what to do; all codes without one. Asks no cluster',
  options: {},
  run: ({ positionals }) => new Promise((resolve) => resolve(answer(positionals))),
};

function answer([asked, ...others]: readonly string[]): Result {
  if (others.length > 0) {
    throw cliErrors.UsageInvalid('explain takes one code at most');
  }
  if (asked === undefined) {
    return { ok: true, document: reference, lines: overview(reference.codes) };
  }
  const found = reference.codes.find(({ code }) => code.toLowerCase() === asked.toLowerCase());
  if (found === undefined) {
    throw cliErrors.CodeUnknown(`${JSON.stringify(asked)} is no error code of this version`);
  }
  return { ok: true, document: described(found), lines: explanation(found) };
}

function overview(codes: readonly CodeReference[]): readonly string[] {
  const rows = codes.map(({ code, class: errorClass, found }) => [
    code,
    errorClass,
    found.map(({ part }) => part).join(', '),
  ]);
  return table(['CODE', 'CLASS', 'OF'], rows);
}

function described({ found, ...code }: CodeReference) {
  return {
    ...code,
    found: found.map((inPart) => {
      const { then, seen } = reference.parts[inPart.part] ?? {};
      return { ...inPart, then: then?.[code.class] ?? '', seen: seen ?? '' };
    }),
  };
}

function explanation(code: CodeReference): readonly string[] {
  return [
    `${code.code} (${code.class})`,
    ...described(code).found.flatMap(({ part, meaning, remedy, then, seen }) => [
      '',
      `${part}:`,
      `  ${meaning}`,
      `  What to do: ${remedy}`,
      `  ${then}`,
      `  Seen in: ${seen}.`,
    ]),
  ];
}
