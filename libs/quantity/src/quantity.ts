/** An amount of a resource in billionths of its unit: quantities of Kubernetes have no finer ones. */
export type Nanos = bigint;

const nano = 1_000_000_000n;
const milli = 1_000_000n;

// apimachinery, pkg/api/resource/quantity.go: decimalExponent, decimalSI and binarySI.
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const format = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/;

/** Undefined for what is no quantity. Rounds up to nanos, as Kubernetes does. */
export function parseQuantity(text: string): Nanos | undefined {
  const found = format.exec(text);
  if (found === null) {
    return undefined;
  }
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = found;
  if (whole === '' && fraction === '') {
    return undefined;
  }
  const factor = 1024n ** BigInt(binary.indexOf(suffix) + 1);
  const power = (exponent === undefined ? (decimal[suffix] ?? 0) : Number(exponent)) - fraction.length + 9;
  const digits = BigInt(whole + fraction) * factor;
  const size = power >= 0 ? digits * 10n ** BigInt(power) : ceilDivide(digits, 10n ** BigInt(-power));
  return sign === '-' ? -size : size;
}

/** As Kubernetes writes it: memory and disks in Ki where that is exact, parts of a unit in thousandths. */
export function formatQuantity(resource: string, amount: Nanos): string {
  if (amount % nano !== 0n) {
    return `${ceilDivide(amount, milli)}m`;
  }
  const units = amount / nano;
  return isInBytes(resource) && units !== 0n && units % 1024n === 0n ? `${units / 1024n}Ki` : String(units);
}

function isInBytes(resource: string): boolean {
  return resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
}

function ceilDivide(amount: bigint, divisor: bigint): bigint {
  return amount / divisor + (amount % divisor > 0n ? 1n : 0n);
}
