import type { ErrorClass } from '@tke/errors';

/** What the pages of docs/reference/errors say, for this program: generated from the catalogues of the whole product. */
export interface ErrorReference {
  /** By name, in the order of the index. */
  readonly parts: Readonly<Record<string, PartReference>>;
  /** In the order of their names. */
  readonly codes: readonly CodeReference[];
}

/** A part of the product, as its users know it. */
export interface PartReference {
  /** Where a user meets its codes, after "Seen in: ". */
  readonly seen: string;
  /** What becomes of an error of a class: who has to act, and whether it goes on by itself. */
  readonly then: Readonly<Record<ErrorClass, string>>;
}

export interface CodeReference {
  readonly code: string;
  readonly class: ErrorClass;
  /** One for each part that has the code; never empty. */
  readonly found: readonly CodeInPart[];
}

export interface CodeInPart {
  /** A key of `parts`. */
  readonly part: string;
  /** What has happened. */
  readonly meaning: string;
  /** What to do, unless the message knows better. */
  readonly remedy: string;
}
