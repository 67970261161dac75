import { describe, expect, test } from '@jest/globals';

import {
  helpText,
  parseAddress,
  parseFlags,
  parseLevel,
  parseOneOf,
  parsePositive,
  parseSeconds,
  required,
} from './flags.ts';

const specs = {
  name: { type: 'string', description: 'a name' },
  colour: { type: 'string', description: 'a colour', default: 'blue' },
  loud: { type: 'boolean', description: 'makes noise' },
} as const;

describe('flags', () => {
  test('have their values, their defaults, and switches that are off', () => {
    expect(parseFlags(specs, ['--name=x'])).toEqual({ name: 'x', colour: 'blue', loud: false });
    expect(parseFlags(specs, ['--colour', 'red', '--loud'])).toMatchObject({ colour: 'red', loud: true });
  });

  test.each([['--nmae=x'], ['--name'], ['stray'], ['--loud=yes']])('%s is refused', (argument) => {
    expect(() => parseFlags(specs, [argument])).toThrow(expect.objectContaining({ code: 'FlagInvalid' }));
  });

  test('are all in the help, with what they default to', () => {
    expect(helpText('program', specs)).toMatch(/--name .*a name\n.*--colour .*a colour \(default blue\)\n.*--loud/s);
  });
});

describe('an address', () => {
  test.each([
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    [':8081', { host: '', port: 8081 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
  ])('%s is read', (text, address) => {
    expect(parseAddress('address', text)).toEqual(address);
  });

  test.each(['', '80', 'host', 'host:', 'host:65536', '::1:80', 'http://host:80'])(
    '%j is refused, naming the flag',
    (text) => {
      expect(() => parseAddress('health-address', text)).toThrow(/--health-address/);
    },
  );
});

test('seconds become milliseconds, and what is no duration is refused', () => {
  expect(['0', '0.5', '15'].map((text) => parseSeconds('delay', text))).toEqual([0, 500, 15_000]);
  for (const text of ['', '-1', 'soon', 'Infinity']) {
    expect(() => parseSeconds('delay', text)).toThrow(/--delay/);
  }
});

test('a flag that must be there is asked for by name', () => {
  expect(required('tls-dir', 'x')).toBe('x');
  expect(() => required('tls-dir', undefined)).toThrow(/--tls-dir is missing/);
});

test('an unknown log level is refused, since it would silence errors too', () => {
  expect(parseLevel('warn')).toBe('warn');
  expect(() => parseLevel('trace')).toThrow(/error, warn, info, debug/);
});

test('a rate is a number above zero', () => {
  expect(parsePositive('rate', '0.5')).toBe(0.5);
  for (const text of ['', '0', '-1', 'many', 'Infinity']) {
    expect(() => parsePositive('rate', text)).toThrow(/--rate/);
  }
});

test('one of some words is any of them and no other', () => {
  expect(parseOneOf('log', 'all', ['off', 'all'])).toBe('all');
  expect(() => parseOneOf('log', 'ALL', ['off', 'all'])).toThrow(/--log is "ALL".*off, all/);
});
