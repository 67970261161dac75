import type { Pattern } from '../pattern/pattern.ts';
import type { WorkBudget } from './work.ts';

/** Actions on objects, as a row of a policy says it. */
export interface PatternPair {
  readonly action: Pattern;
  readonly object: Pattern;
}

/** One bit for each row of a set. */
export type Rows = Uint32Array;

/** The patterns of one part of the rows, with the rows that have each. */
interface Part {
  readonly literal: Map<string, PatternUse>;
  readonly wild: Map<string, PatternUse>;
}

interface PatternUse {
  readonly pattern: Pattern;
  readonly rows: number[];
}

/**
 * Distinct pairs, asked by action and by object apart: a policy of a hundred actions on a hundred resources is
 * compared by two hundred patterns, and its ten thousand rows by a few bits each.
 */
export class RowSet {
  readonly #parts = { action: emptyPart(), object: emptyPart() };
  readonly #work: WorkBudget;
  readonly size: number;

  constructor(rows: Iterable<PatternPair>, work: WorkBudget) {
    this.#work = work;
    const known = new Set<string>();
    for (const row of rows) {
      work.spend(1);
      const key = `${row.action.text}\0${row.object.text}`;
      if (!known.has(key)) {
        add(this.#parts.action, row.action, known.size);
        add(this.#parts.object, row.object, known.size);
        known.add(key);
      }
    }
    this.size = known.size;
  }

  /** The rows whose action, or object, passes. Each distinct pattern is asked once. */
  where(part: keyof PatternPair, passes: (pattern: Pattern) => boolean): Rows {
    const { literal, wild } = this.#parts[part];
    return this.#passing([...literal.values(), ...wild.values()], passes);
  }

  /** As `where`, for what passes only when it is `pattern` or has wildcards. */
  covering(part: keyof PatternPair, pattern: Pattern, passes: (pattern: Pattern) => boolean): Rows {
    const { literal, wild } = this.#parts[part];
    const same = pattern.kind === 'literal' ? literal.get(pattern.prefix) : undefined;
    return this.#passing([...(same === undefined ? [] : [same]), ...wild.values()], passes);
  }

  #passing(patterns: readonly PatternUse[], passes: (pattern: Pattern) => boolean): Rows {
    const found = new Uint32Array(Math.ceil(this.size / 32));
    this.#work.spend(found.length);
    for (const { pattern, rows } of patterns) {
      if (passes(pattern)) {
        this.#work.spend(rows.length);
        rows.forEach((row) => (found[row >>> 5] = (found[row >>> 5] ?? 0) | (1 << (row & 31))));
      }
    }
    return found;
  }
}

function emptyPart(): Part {
  return { literal: new Map(), wild: new Map() };
}

function add({ literal, wild }: Part, pattern: Pattern, row: number): void {
  // Literals by what they match: two that differ in letter case are one.
  const [patterns, key] = pattern.kind === 'literal' ? [literal, pattern.prefix] : [wild, pattern.text];
  const present = patterns.get(key);
  if (present === undefined) {
    patterns.set(key, { pattern, rows: [row] });
  } else {
    present.rows.push(row);
  }
}

export function haveCommon(a: Rows, b: Rows): boolean {
  for (let at = 0; at < a.length; at += 1) {
    if (((a[at] ?? 0) & (b[at] ?? 0)) !== 0) {
      return true;
    }
  }
  return false;
}
