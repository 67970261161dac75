import { expect, test } from '@jest/globals';

import { namesOf, parseOptions, questionOptions, remedyFor } from './options.ts';

const options = { ...questionOptions, group: { type: 'string', multiple: true } } as const;

test('values, repeated values, switches and what stands between them are read as kubectl reads them', () => {
  const args = parseOptions(
    ['alice', '-n', 'shop', '--group=a', 'get', '--group', 'b', 'pods', '-A', '-ojson'],
    options,
  );
  expect(args.positionals).toEqual(['alice', 'get', 'pods']);
  expect([args.value('namespace'), args.values('group'), args.is('all-namespaces'), args.value('output')]).toEqual([
    'shop',
    ['a', 'b'],
    true,
    'json',
  ]);
  expect([args.value('cluster'), args.values('cluster'), args.is('help')]).toEqual([undefined, [], false]);
});

test.each([['--nope'], ['-n'], ['--all-namespaces=yes']])('%s is refused', (argument) => {
  expect(() => parseOptions([argument], options)).toThrow(expect.objectContaining({ code: 'UsageInvalid' }));
});

test('names are separated by commas', () => {
  expect(namesOf(' a, b,,')).toEqual(['a', 'b']);
});

test('a resource and its name in two words are told to be one', () => {
  expect(remedyFor('pods', ['web'])).toEqual({ remedy: 'Write pods/web.' });
  expect([remedyFor(undefined, []), remedyFor('pods', []), remedyFor('pods', ['a', 'b'])]).toEqual([{}, {}, {}]);
});
