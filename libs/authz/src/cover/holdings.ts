import { compilePattern } from '../pattern/compile.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { WorkBudget } from './work.ts';
import { contains } from './contains.ts';
import { deniedActions, deniedObjects } from './denied-texts.ts';
import { overlaps } from './overlaps.ts';
import { haveCommon, RowSet, type PatternPair, type Rows } from './row-set.ts';
import { spelledPower } from './spelled-power.ts';

/** Every action on every object, as a statement of a policy says it. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface MissingRow {
  readonly action: string;
  readonly object: string;
  /** `denied`: held perhaps, but some of it is denied to the holder. */
  readonly why: 'notHeld' | 'denied';
}

export interface ComparedStatement extends Statement {
  /** Rows that need not be held. */
  readonly except?: (action: string, object: string) => boolean;
  /** Held already by name, so that only denies matter. */
  readonly held?: boolean;
}

/** What is missing of a statement: the first rows, and how many there are. */
export interface Shortfall {
  readonly first: readonly MissingRow[];
  readonly count: number;
}

/** Rows shown of a shortfall. */
const maxShown = 5;

/**
 * The rows somebody holds and those that deny him something, compared with what he wants to hand out. A row is held when
 * one of his covers it in full, spelling out as much of it as decisions ask for, and none that denies him meets it.
 */
export class Holdings {
  readonly #allowed: RowSet;
  readonly #denied: RowSet;
  readonly #work: WorkBudget;
  readonly #patterns = new Map<string, Pattern>();

  constructor(allowed: Iterable<PatternPair>, denied: Iterable<PatternPair>, work: WorkBudget) {
    this.#allowed = new RowSet(allowed, work);
    this.#denied = new RowSet(denied, work);
    this.#work = work;
  }

  /** @throws TooMuchToCompare */
  missing({ actions, resources, except, held }: ComparedStatement): Shortfall {
    if (held === true && this.#denied.size === 0) {
      return { first: [], count: 0 };
    }
    const byObject = resources.map((object) => ({ object, ...this.#byObject(this.#compiled(object)) }));
    const first: MissingRow[] = [];
    let count = 0;
    for (const action of actions) {
      const byAction = this.#byAction(this.#compiled(action));
      this.#work.spend(resources.length * (byAction.allowed.length + byAction.denied.length + 1));
      for (const { object, allowed, denied } of byObject.filter((each) => except?.(action, each.object) !== true)) {
        const isHeld = held === true || haveCommon(byAction.allowed, allowed);
        if (!isHeld || haveCommon(byAction.denied, denied)) {
          count += 1;
          first.push(...(first.length < maxShown ? [{ action, object, why: whyMissing(isHeld) }] : []));
        }
      }
    }
    return { first, count };
  }

  #byAction(action: Pattern): { allowed: Rows; denied: Rows } {
    const power = spelledPower(action);
    const covers = (held: Pattern) => held.prefix.startsWith(power) && contains(held, action, this.#work);
    return {
      allowed: this.#allowed.covering('action', action, covers),
      denied: this.#meeting('action', () => deniedActions(action, this.#work)),
    };
  }

  #byObject(object: Pattern): { allowed: Rows; denied: Rows } {
    return {
      allowed: this.#allowed.covering('object', object, (held) => contains(held, object, this.#work)),
      denied: this.#meeting('object', () => deniedObjects(object)),
    };
  }

  #meeting(part: keyof PatternPair, texts: () => readonly Pattern[]): Rows {
    const patterns = this.#denied.size === 0 ? [] : texts();
    return this.#denied.where(part, (denied) => patterns.some((text) => overlaps(denied, text, this.#work)));
  }

  #compiled(text: string): Pattern {
    let pattern = this.#patterns.get(text);
    if (pattern === undefined) {
      pattern = compilePattern(text);
      this.#patterns.set(text, pattern);
    }
    return pattern;
  }
}

function whyMissing(isHeld: boolean): MissingRow['why'] {
  return isHeld ? 'denied' : 'notHeld';
}
