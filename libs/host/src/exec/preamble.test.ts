import { describe, expect, test } from '@jest/globals';

import { BoundedOutput } from './bounded-output.ts';
import { Preamble } from './preamble.ts';

const nonce = 'abcdef012345';

describe('what comes before a command', () => {
  test('is read alike however it is cut into pieces', () => {
    const text = `lecture ${nonce}?\nSorry.\n${nonce}?warning\n${nonce} 4711\nerror é\n`;
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at += 1) {
      const preamble = new Preamble(nonce);
      const events = [bytes.subarray(0, at), bytes.subarray(at)].reduce<{ kind: string }[]>((seen, chunk) => {
        const started = seen.some(({ kind }) => kind === 'started');
        return started ? seen : [...seen, ...preamble.feed(chunk)];
      }, []);
      expect(events.map(({ kind }) => kind)).toEqual(['prompt', 'prompt', 'started']);
      expect(events.at(-1)).toMatchObject({ group: 4711 });
      expect(preamble.text).toBe('lecture \nSorry.\nwarning');
    }
  });

  test('is not what a command says later, nor remembered without end', () => {
    const preamble = new Preamble(nonce);
    for (let count = 0; count < 1000; count += 1) {
      expect(preamble.feed(Buffer.from('noise '.repeat(100)))).toEqual([]);
    }
    expect(preamble.text.length).toBeLessThan(70_000);
  });
});

describe('bounded output', () => {
  test('keeps the last bytes, in order, whatever the pieces', () => {
    const output = new BoundedOutput(5);
    ['ab', '', 'cdefghij', 'k', 'lm'].forEach((piece) => output.append(Buffer.from(piece)));
    expect(output.bytes().toString()).toBe('ijklm');
    expect(output.truncated).toBe(true);
  });

  test('that fits is whole', () => {
    const output = new BoundedOutput(5);
    output.append(Buffer.from('abcde'));
    expect(output.bytes().toString()).toBe('abcde');
    expect(output.truncated).toBe(false);
  });
});
