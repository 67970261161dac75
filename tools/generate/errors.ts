import { type CodedError, type ErrorClass } from '@tke/errors';

import { markdownFile, type GeneratedFile } from './files.ts';

/** What `codedErrors` returns. */
export type ErrorCatalogue = Readonly<Record<string, (message: string) => CodedError>>;

const meaning: Readonly<Record<ErrorClass, string>> = {
  Retryable: 'Tried again by itself, with growing pauses.',
  NeedsUser: 'Waits for you: for a change of what the message names, or the annotation `platform.tkestack.io/retry`.',
  Bug: 'Ours to mend: please report it.',
};

/** One section per code, under the name that links, conditions, events and logs have for it. */
export function errorFiles(catalogues: ReadonlyMap<string, readonly ErrorCatalogue[]>): readonly GeneratedFile[] {
  const lines = [...catalogues].flatMap(([subject, members]) => [
    '',
    `## ${subject}`,
    ...entriesOf(members).flatMap(({ code, class: errorClass, remedy }) => [
      '',
      `### ${code}`,
      '',
      `**${errorClass}.** ${meaning[errorClass]}`,
      '',
      remedy,
    ]),
  ]);
  return [
    markdownFile('docs/reference/errors.md', [
      '# Error codes',
      '',
      'The code is the reason of the condition `Ready` or `Stalled`, of the event, and is in the log. The message beside it says where and what; here is what to do.',
      ...lines,
    ]),
  ];
}

function entriesOf(catalogues: readonly ErrorCatalogue[]): readonly CodedError[] {
  return catalogues
    .flatMap((catalogue) => Object.values(catalogue).map((construct) => construct('')))
    .sort((a, b) => a.code.localeCompare(b.code, 'en'));
}
