/** What is wrong with a pattern, whatever field it stands in. */
export interface PatternProblem {
  readonly rule: string;
  readonly remedy: string;
}

export type PatternKind = 'action' | 'resource';

/** Characters. The schemas of the kinds that hold patterns use the same figures. */
export const maxPatternLength: Readonly<Record<PatternKind, number>> = { action: 128, resource: 512 };

interface Check extends PatternProblem {
  readonly only?: PatternKind;
  readonly fails: (text: string) => boolean;
}

const metacharacters = /[\\^$()[\]{}+?]/;

const checks: readonly Check[] = [
  { rule: 'must not be empty', remedy: 'Write "*" for everything.', fails: (text) => text === '' },
  {
    rule: 'must not begin or end with a blank',
    remedy: 'Remove the blank.',
    fails: (text) => text !== text.trim(),
  },
  {
    rule: 'must not contain control or invisible characters',
    remedy: 'Type the text anew.',
    fails: (text) => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text),
  },
  { rule: 'must not contain ","', remedy: 'Write one pattern for each part.', fails: (text) => text.includes(',') },
  {
    rule: 'must not contain "|"',
    remedy: 'Write one pattern for each alternative.',
    fails: (text) => text.includes('|'),
  },
  {
    rule: 'must not contain the regular-expression characters \\ ^ $ ( ) [ ] { } + ?',
    remedy: 'Patterns are globs: "*" stands for any text and "/:name" for one segment.',
    fails: (text) => metacharacters.test(text),
  },
  {
    rule: 'must not begin a segment with ".*"',
    remedy: 'Patterns are globs: write "*" alone, a dot is a dot.',
    fails: (text) => /(^|[/:])\.\*/.test(text),
  },
  {
    rule: 'must have a name of letters, digits, "-" and "_" after "/:"',
    remedy: 'Write "/:name" for one segment, or "/*" for the rest of the path.',
    fails: (text) => /\/:(?![\w-]+(?:\/|$))/.test(text),
  },
  {
    rule: 'must not contain "/" or blanks',
    remedy: 'An action is verb + kind + subresource, for example createPodExec.',
    only: 'action',
    fails: (text) => /[/\s]/.test(text.trim()),
  },
];

/** Every rule the text breaks; none means that it may be used. */
export function checkPattern(text: string, kind: PatternKind): PatternProblem[] {
  const limit = maxPatternLength[kind];
  if (text.length > limit) {
    return [{ rule: `must not be longer than ${limit} characters`, remedy: 'Use "*" for the part that may vary.' }];
  }
  return checks
    .filter(({ only, fails }) => (only === undefined || only === kind) && fails(text))
    .map(({ rule, remedy }) => ({ rule, remedy }));
}
