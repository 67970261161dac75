import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { errorParts } from './error-parts.ts';
import { foundCodes } from './error-reference.ts';

const root = join(import.meta.dirname, '../..');

/** Sources of the product: what tests and their fixtures throw, nobody has to look up. */
function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => path.includes('/src/') && !/\/(testing|node_modules|dist)\//.test(path));
}

const files = ['libs', 'apps'].flatMap(sources).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
/** A call, not a comment. */
const catalogue = /^[^*/\n]*\bcodedErrors\(\{/gm;

/** Entries are told from what they hold by how prettier indents them. A catalogue of another shape has the code "?", which no part has. */
function declaredCodes(text: string): readonly string[] {
  return [...text.matchAll(catalogue)].flatMap(({ index }) => {
    const [source = ''] = /^.*?^\}/ms.exec(text.slice(index)) ?? [];
    const codes = [...source.matchAll(/^ {2}(\w+): /gm)].map(([, code = '']) => code);
    return codes.length === 0 ? ['?'] : codes;
  });
}

describe('the reference of error codes', () => {
  test('has every catalogue of libs/ and apps/, by its file', () => {
    const declared = files.flatMap(({ path, text }) => declaredCodes(text).map((code) => `${code} of ${path}`));
    const listed = errorParts
      .flatMap(({ catalogues }) => Object.entries(catalogues))
      .flatMap(([path, members]) => members.flatMap(Object.keys).map((code) => `${code} of ${path}`));
    expect(listed.sort()).toEqual(declared.sort());
  });

  test('has every code that is made without a catalogue', () => {
    const known = new Set(foundCodes(errorParts).map(({ code }) => code));
    const literal = /new CodedError\(\s*'(\w+)'/g;
    const made = files.flatMap(({ path, text }) =>
      [...text.matchAll(literal)].map(([, code = '']) => ({ path, code })),
    );
    expect(made.filter(({ code }) => !known.has(code))).toEqual([]);
  });
});

const found = foundCodes(errorParts);

describe('an error code', () => {
  test('has one class, whichever part raises it', () => {
    const byCode = Map.groupBy(found, ({ code }) => code);
    const classes = [...byCode].map(([code, all]) => [code, ...new Set(all.map(({ definition }) => definition.class))]);
    expect(classes.filter(([, ...ofCode]) => ofCode.length > 1)).toEqual([]);
  });

  test('belongs to a part once', () => {
    const names = found.map(({ code, part }) => `${code} of ${part}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test('can be the reason of a condition', () => {
    expect(found.map(({ code }) => code).filter((code) => !/^[A-Z][A-Za-z0-9]{2,63}$/.test(code))).toEqual([]);
  });

  test('has a meaning and a remedy in whole sentences, which say different things', () => {
    const isSentence = (text: string) => /^[\p{Lu}`"(/].*[.)?]$/su.test(text) || /^[a-z]\w+.*\.$/s.test(text);
    const poor = found.filter(
      ({ definition: { meaning = '', remedy } }) =>
        meaning.length < 20 || !isSentence(meaning) || !isSentence(remedy) || meaning === remedy,
    );
    expect(poor.map(({ code, part }) => `${code} of ${part}`)).toEqual([]);
  });
});
