import type {
  CodeInPart,
  CodeReference,
  ErrorReference,
  PartReference,
} from '../../apps/kubectl-tke/src/explain/error-reference.ts';
import { usually } from './error-parts.ts';
import { jsonFile, markdownFile, type GeneratedFile } from './files.ts';

const folder = 'docs/reference/errors';

/** One page per code, an index of them, and the same for `kubectl tke explain`. */
export function errorFiles(reference: ErrorReference): readonly GeneratedFile[] {
  return [
    index(reference),
    ...reference.codes.map((code) => page(code, reference)),
    jsonFile('apps/kubectl-tke/src/explain/error-reference.json', reference),
  ];
}

function index({ parts, codes }: ErrorReference): GeneratedFile {
  return markdownFile(`${folder}/README.md`, [
    '# Error codes',
    '',
    'The code is the reason of a condition or an event, or stands in the log or behind the message of a command. The message says where and what;',
    'the page of the code says what it means and what to do. `kubectl tke explain <Code>` prints the same.',
    '',
    ...Object.entries(usually).map(([errorClass, text]) => `* **${errorClass}**: ${text}`),
    '',
    'Not listed, because they tell of no error: reasons of `Ready=Unknown`, such as `Connecting`, `Draining` or those that begin with `Waiting`.',
    'Nor is listed what an API server answers without a reason of its own (`HTTP502`: the status of the answer, often of a proxy), or with a reason',
    'that only an extension of it knows: it is tried again by itself. What our own servers refuse has reasons of Kubernetes (`BadRequest`, `TooManyRequests`) with the remedy in the message.',
    '',
    ...Object.keys(parts).map((part) => `* [${part}](#${anchor(part)})`),
    ...Object.entries(parts).flatMap(([name, part]) => section(name, part, codes)),
  ]);
}

function section(name: string, { seen }: PartReference, codes: readonly CodeReference[]): readonly string[] {
  const rows = codes.flatMap((code) => code.found.filter(({ part }) => part === name).map((found) => row(code, found)));
  return ['', `## ${name}`, '', `Seen in: ${seen}.`, '', '| Code | Class | |', '|---|---|---|', ...rows];
}

function row({ code, class: errorClass }: CodeReference, { meaning }: CodeInPart): string {
  return `| [${code}](${code}.md) | ${errorClass} | ${prose(firstSentence(meaning)).replaceAll('|', '\\|')} |`;
}

function page({ code, class: errorClass, found }: CodeReference, { parts }: ErrorReference): GeneratedFile {
  return markdownFile(`${folder}/${code}.md`, [
    `# ${code}`,
    '',
    `Class: **${errorClass}**`,
    ...found.flatMap(({ part, meaning, remedy }) => [
      '',
      `## ${part}`,
      '',
      prose(meaning),
      '',
      `What to do: ${prose(remedy)}`,
      '',
      parts[part]?.then[errorClass] ?? '',
      '',
      `Seen in: ${parts[part]?.seen ?? ''}. [All codes](README.md#${anchor(part)})`,
    ]),
  ]);
}

/** An abbreviation, such as that of "for example", goes on in small letters. */
function firstSentence(text: string): string {
  return text.split(/(?<=\.) (?=[\p{Lu}`])/u, 1)[0] ?? '';
}

/** As GitHub makes it from a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

/** Placeholders such as <unit> are no HTML; what stands between backticks is shown as it is. */
function prose(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '\\<').replaceAll('*', '\\*') : part))
    .join('`');
}
