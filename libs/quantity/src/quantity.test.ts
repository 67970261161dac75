import { describe, expect, test } from '@jest/globals';

import { formatQuantity, parseQuantity } from './quantity.ts';

const nano = 1_000_000_000n;

describe('parseQuantity', () => {
  const cases: [text: string, nanos: bigint][] = [
    ['0', 0n],
    ['2', 2n * nano],
    ['250m', 250_000_000n],
    ['0.25', 250_000_000n],
    ['.5', nano / 2n],
    ['5.', 5n * nano],
    ['1n', 1n],
    ['15u', 15_000n],
    ['1Ki', 1024n * nano],
    ['1.5Gi', 1_610_612_736n * nano],
    ['16393244Ki', 16_786_681_856n * nano],
    ['2M', 2_000_000n * nano],
    ['1E', 10n ** 18n * nano],
    ['1e3', 1_000n * nano],
    ['1E-3', 1_000_000n],
    ['-1', -nano],
    ['+3k', 3_000n * nano],
    ['0.1n', 1n],
  ];
  test.each(cases)('%s', (text, nanos) => {
    expect(parseQuantity(text)).toBe(nanos);
  });

  test.each(['', '.', 'Gi', '1 Gi', '1KiB', '1e', '1e999', '0x10', '1'.repeat(99)])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

describe('formatQuantity', () => {
  const cases: [resource: string, text: string, written: string][] = [
    ['cpu', '1500m', '1500m'],
    ['cpu', '4000m', '4'],
    ['cpu', '1u', '1m'],
    ['cpu', '2048', '2048'],
    ['memory', '2Gi', '2097152Ki'],
    ['memory', '1000', '1000'],
    ['ephemeral-storage', '10Ki', '10Ki'],
    ['hugepages-2Mi', '2Mi', '2048Ki'],
    ['nvidia.com/gpu', '8', '8'],
    ['memory', '0', '0'],
  ];
  test.each(cases)('%s of %s is written %s', (resource, text, written) => {
    expect(formatQuantity(resource, parseQuantity(text)!)).toBe(written);
  });
});
