import type { CatalogueEntry } from '@tke/errors';

import type { CodeInPart, ErrorReference } from '../../apps/kubectl-tke/src/explain/error-reference.ts';
import { usually, type ErrorPart } from './error-parts.ts';

/** A code as one catalogue has it. */
export interface FoundCode {
  readonly code: string;
  readonly definition: CatalogueEntry;
  /** Name of the part of the product. */
  readonly part: string;
}

export function foundCodes(parts: readonly ErrorPart[]): readonly FoundCode[] {
  return parts.flatMap(({ name, catalogues }) =>
    Object.values(catalogues)
      .flat()
      .flatMap((catalogue) => Object.entries(catalogue))
      .map(([code, { definition }]) => ({ code, definition, part: name })),
  );
}

/** Every code once, with all parts that have it. A code has one class, whichever part raises it. */
export function errorReference(parts: readonly ErrorPart[]): ErrorReference {
  const all = foundCodes(parts);
  const classes = new Map(all.map(({ code, definition }) => [code, definition.class]));
  return {
    parts: Object.fromEntries(parts.map(({ name, seen, then }) => [name, { seen, then: { ...usually, ...then } }])),
    codes: [...classes]
      .map(([code, errorClass]) => ({ code, class: errorClass, found: inParts(code, all) }))
      .sort((a, b) => a.code.localeCompare(b.code, 'en')),
  };
}

function inParts(code: string, all: readonly FoundCode[]): readonly CodeInPart[] {
  return all
    .filter((found) => found.code === code)
    .map(({ part, definition: { meaning = '', remedy } }) => ({ part, meaning, remedy }));
}
