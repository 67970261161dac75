import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { exactList, formatExactly, limitsOf } from './exact.ts';
import { parseQuantity } from './quantity.ts';

const amountOf = (text: string) => parseQuantity(text) ?? 0n;

describe('formatExactly', () => {
  const cases: [resource: string, text: string, written: string][] = [
    ['cpu', '1500m', '1500m'],
    ['cpu', '4000m', '4'],
    ['cpu', '1u', '1u'],
    ['cpu', '1n', '1n'],
    ['cpu', '2048', '2048'],
    ['requests.memory', '10Gi', '10Gi'],
    ['limits.memory', '1536Mi', '1536Mi'],
    ['requests.storage', '1Ti', '1Ti'],
    ['requests.ephemeral-storage', '1000', '1000'],
    ['requests.hugepages-2Mi', '2048Ki', '2Mi'],
    ['pods', '1024', '1024'],
    ['memory', '0', '0'],
  ];
  test.each(cases)('%s of %s is written %s', (resource, text, written) => {
    expect(formatExactly(resource, amountOf(text))).toBe(written);
  });

  test('loses nothing', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n });
    fc.assert(
      fc.property(fc.constantFrom('cpu', 'memory', 'pods'), amount, (resource, nanos) => {
        expect(parseQuantity(formatExactly(resource, nanos))).toBe(nanos);
      }),
    );
  });
});

test('exactList keeps zeros and sorts by name', () => {
  const amounts = limitsOf({ pods: 0, cpu: '2' });
  expect(JSON.stringify(exactList(amounts))).toBe('{"cpu":"2","pods":"0"}');
});

test.each(['-1', 'many', ''])('a limit of %j lets nothing through', (text) => {
  expect(limitsOf({ cpu: text }).get('cpu')).toBe(0n);
});
