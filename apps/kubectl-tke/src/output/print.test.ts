import { describe, expect, test } from '@jest/globals';

import { load } from 'js-yaml';

import { parseFormat, render } from './print.ts';
import { table } from './table.ts';

// A line end, an escape sequence, a C1 control, an override of the writing direction, a lone surrogate.
const evil = 'a\nb\u001b[31m\u009b2J\u202egpj\ud800';
const answer = { document: { [evil]: [evil], absent: undefined, empty: '' }, lines: [evil, 'second'] };
const unsafe = /[^\n\P{C}]/u;

describe('names that are made to fool', () => {
  test('stay in their line of text', () => {
    expect(render(answer, 'table')).toBe('a?b?[31m?2J?gpj?\nsecond\n');
  });

  test.each(['json', 'yaml'] as const)('are escapes in %s', (format) => {
    const text = render(answer, format);
    expect(text).not.toMatch(unsafe);
    expect(text.split('\n').length).toBeLessThanOrEqual(7);
  });

  test('are still the same names for a program', () => {
    expect(JSON.parse(render(answer, 'json'))).toEqual({ [evil]: [evil], empty: '' });
    const tame = { name: 'a\nb', list: ['yes', '1', 'no: x', "it's"] };
    expect(load(render({ document: tame, lines: [] }, 'yaml'))).toEqual(tame);
  });

  test('keep a table straight', () => {
    expect(
      table(
        ['A', 'B'],
        [
          ['x\ty\n', 'z'],
          ['longer', ''],
        ],
      ),
    ).toEqual(['A        B', 'x?y?     z', 'longer']);
  });
});

test('a format that does not exist is refused, naming the flag and those that do', () => {
  expect(() => parseFormat('xml')).toThrow(/--output is "xml".*table, json, yaml/);
});
