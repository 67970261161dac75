import { RuleIndex } from '../../index/rule-index.ts';
import { everyDomain, ruleSpec, type LinkRow, type Row } from '../../rows/row.ts';
import type { SeededRandom } from './random.ts';
import { policyNames, randomPoison, randomRow, userKeys } from './world.ts';

/** Rules that come and go, in the index and in a plain list. */
export class RulesWorld {
  readonly index = new RuleIndex();
  readonly #rows = new Map<string, Row>();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
    for (let at = random.between(15, 40); at > 0; at -= 1) {
      this.change();
    }
    if (random.chance(0.3)) {
      this.#addChain();
    }
  }

  rows(): Row[] {
    return [...this.#rows.values()];
  }

  /** Few names, so that rows are replaced and removed as well. */
  change(): void {
    const name = `rule-${this.#random.between(0, 50)}`;
    if (this.#random.chance(0.15)) {
      this.#remove(name);
    } else if (this.#random.chance(0.05)) {
      this.#remove(name);
      this.index.upsert(name, randomPoison(this.#random));
    } else {
      this.#set(name, randomRow(this.#random));
    }
  }

  /** Roles of roles around the depth at which Casbin stops, sometimes one that leads back to its beginning. */
  #addChain(): void {
    const random = this.#random;
    const length = random.between(8, 12);
    const names = Array.from({ length: length - 1 }, (_, at) => `rol-chain-${at}`);
    const nodes = [random.pick(userKeys), ...names, random.pick(policyNames)];
    const project = random.chance(0.3) ? random.between(0, length - 1) : undefined;
    nodes.slice(1).forEach((role, at) => {
      const domain = at === project ? 'prj-a' : everyDomain;
      this.#set(`chain-${at}`, linkRow(nodes[at] ?? '', role, domain));
    });
    this.#set('chain-policy', { kind: 'p', policy: nodes.at(-1) ?? '', object: '*', action: '*', effect: 'allow' });
    if (random.chance(0.3)) {
      this.#set('chain-back', linkRow(names.at(-1) ?? '', random.pick(names), everyDomain));
    }
  }

  #set(name: string, row: Row): void {
    this.index.upsert(name, ruleSpec(row), `Source/${name}`);
    this.#rows.set(name, row);
  }

  #remove(name: string): void {
    this.index.remove(name);
    this.#rows.delete(name);
  }
}

function linkRow(member: string, role: string, domain: string): LinkRow {
  return { kind: 'g', member, role, domain };
}
