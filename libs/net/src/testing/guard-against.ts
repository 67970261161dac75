import type { LookupFunction } from 'node:net';

import { AddressGuard } from '../address-guard.ts';
import { AddressRanges } from '../address-ranges.ts';

/** @param denied addresses and CIDRs, with commas in between */
export function guardAgainst(denied: string, lookup?: LookupFunction): AddressGuard {
  return new AddressGuard({ denied: AddressRanges.parse(denied, 'denied'), ...(lookup && { lookup }) });
}
