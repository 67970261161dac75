import { s } from '@tke/crd';
import type { Schema, ValidationRule } from '@tke/crd';

// Functions of Kubernetes' CEL library for addresses, there since 1.30: kubernetes.io/docs/reference/using-api/cel

/** The longest IPv6 address in text. */
const maxLength = 45;

/** An address in text, v4 or v6, named `field` in what is said about a bad one. */
export function ipAddress(description: string, field: string): Schema<string> {
  const rules: readonly ValidationRule[] = [
    { rule: 'isIP(self)', message: `${field} must be an IP address, e.g. 10.0.0.11 or fd00::11: write one` },
  ];
  return s.string(description, { maxLength, rules });
}

/** The commas of dual stack split it into at most two, one per family. */
export const maxCidrsLength = 2 * (maxLength + '/128'.length) + 1;

/** CEL: every part of the list is a CIDR. */
export function areCidrs(list: string): string {
  return `${list}.split(',').all(c, isCIDR(c))`;
}

/** CEL: one CIDR, or one of each family where `dualStack` holds. */
export function isOnePerFamily(list: string, dualStack: string): string {
  const parts = `${list}.split(',')`;
  return `${parts}.size() == 1 || (${dualStack} && ${parts}.size() == 2 && cidr(${parts}[0]).ip().family() != cidr(${parts}[1]).ip().family())`;
}

/** CEL: no part of one list shares an address with a part of the other. Two blocks do if either holds the first address of the other. */
export function areDisjoint(one: string, other: string): string {
  const holds = (a: string, b: string) => `cidr(${a}).containsIP(cidr(${b}).masked().ip())`;
  return `${one}.split(',').all(a, ${other}.split(',').all(b, !${holds('a', 'b')} && !${holds('b', 'a')}))`;
}
