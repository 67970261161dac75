import { formatQuantity, parseQuantity, type Nanos } from './quantity.ts';

/** Quantities by the name of the resource, as the API has them. */
export type ResourceList = Readonly<Record<string, string | number>>;

/** Amounts by the name of the resource. */
export type Amounts = ReadonlyMap<string, Nanos>;

// Every device plugin adds names, and a status has no room for any number of them.
const longestList = 64;

export function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts = Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(String(text))] as const);
  return new Map(amounts.filter((entry): entry is [string, Nanos] => entry[1] !== undefined));
}

export function sum(...parts: readonly Amounts[]): Amounts {
  return combined(parts, (a, b) => a + b);
}

/** The larger of each. */
export function most(...parts: readonly Amounts[]): Amounts {
  return combined(parts, (a, b) => (a > b ? a : b));
}

function combined(parts: readonly Amounts[], combine: (a: Nanos, b: Nanos) => Nanos): Amounts {
  const total = new Map<string, Nanos>();
  for (const part of parts) {
    for (const [name, amount] of part) {
      total.set(name, combine(total.get(name) ?? 0n, amount));
    }
  }
  return total;
}

/** In the order of the names, so that equal sums are equal objects; resources of which there are none are left out. */
export function resourceList(amounts: Amounts): Record<string, string> {
  const present = [...amounts].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    present.slice(0, longestList).map(([name, amount]) => [name, formatQuantity(name, amount)]),
  );
}
