import { parseQuantity, type Nanos } from './quantity.ts';
import type { Amounts, ResourceList } from './resource-list.ts';

const nano = 1_000_000_000n;
const parts: readonly (readonly [suffix: string, size: bigint])[] = [
  ['m', 1_000_000n],
  ['u', 1_000n],
];
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** The shortest way to write exactly this amount: what is parsed again is the same. Bytes as people write them, e.g. 10Gi. */
export function formatExactly(resource: string, amount: Nanos): string {
  if (amount % nano !== 0n) {
    const [suffix, size] = parts.find((part) => amount % part[1] === 0n) ?? ['n', 1n];
    return `${amount / size}${suffix}`;
  }
  const units = amount / nano;
  return countsBytes(resource) ? inBinary(units) : String(units);
}

function inBinary(units: bigint): string {
  let [rest, power] = [units, 0];
  while (rest !== 0n && rest % 1024n === 0n && power < binary.length - 1) {
    [rest, power] = [rest / 1024n, power + 1];
  }
  return `${rest}${binary[power] ?? ''}`;
}

/** Of a ResourceQuota too, where the names have prefixes. */
function countsBytes(resource: string): boolean {
  const name = resource.replace(/^(requests|limits)\./, '');
  return name === 'memory' || name.endsWith('storage') || name.startsWith('hugepages-');
}

/** All of them and exactly, zeros too, in the order of the names: equal amounts are equal objects. */
export function exactList(amounts: Amounts): Record<string, string> {
  const sorted = [...amounts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, amount]) => [name, formatExactly(name, amount)]));
}

/** Amounts that limit something: what cannot be read or is below zero lets nothing through. */
export function limitsOf(list: ResourceList | null | undefined): Amounts {
  const entries = Object.entries(list ?? {});
  return new Map(entries.map(([name, text]) => [name, atLeastNone(parseQuantity(String(text)))] as const));
}

function atLeastNone(amount: Nanos | undefined): Nanos {
  return amount === undefined || amount < 0n ? 0n : amount;
}
