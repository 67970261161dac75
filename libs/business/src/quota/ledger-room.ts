import { quotaLimits } from '@tke/api-business';

import { chargesOf, type Entry } from './entries.ts';

/** How much of what a ledger may be is taken. */
export class LedgerRoom {
  #children = 0;
  #bytes = 0;

  constructor(entries: readonly Entry[]) {
    entries.forEach((entry) => this.put(entry));
  }

  /** Whether the entry may take the place of the child's present one. */
  hasRoomFor(entry: Entry, present: Entry | undefined): boolean {
    const bytes = this.#bytes - bytesOf(present) + bytesOf(entry);
    const children = this.#children + (present === undefined ? 1 : 0);
    return children <= quotaLimits.children && bytes <= quotaLimits.ledgerBytes;
  }

  put(entry: Entry, present?: Entry): void {
    this.#bytes += bytesOf(entry) - bytesOf(present);
    this.#children += present === undefined ? 1 : 0;
  }
}

/** As it is stored: managedFields repeat all names of an object. */
function bytesOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : 2 * JSON.stringify(chargesOf([entry])).length;
}
