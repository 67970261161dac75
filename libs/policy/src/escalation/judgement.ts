import { walk, type Holder, type Link, type MissingRow, type PowerOver, type WorkBudget } from '@tke/authz';
import type { FieldProblem } from '@tke/webhook';

import type { AuthoredLink } from './authored.ts';
import type { Change, ChangedRows, Difference } from './change.ts';
import type { GrantGraph, NamedStatement } from './grant-graph.ts';
import { effectOf, purposes, type Purpose } from './purpose.ts';
import { notHeld } from './refusals.ts';

/** The author of a change. */
export interface Holders {
  readonly administers: boolean;
  readonly budget: WorkBudget;
  readonly usual: Holder;
  /** What he holds by administering the tenant alone. */
  readonly undenied: Holder;
}

interface Missing {
  /** The row is undefined where the caller may not know it. */
  readonly missing: readonly { readonly row: MissingRow | undefined; readonly domain: string }[];
  readonly count: number;
}

/** What it costs to look up what a name leads to. */
const stepsOfName = 100;

/** Looks at one change for one caller. */
export class Judgement {
  readonly #graph: GrantGraph;
  readonly #tenant: string;
  readonly #holders: Holders;

  constructor(graph: GrantGraph, tenant: string, holders: Holders) {
    this.#graph = graph;
    this.#tenant = tenant;
    this.#holders = holders;
  }

  /** What of a change its author neither holds nor has the power over. */
  problems(change: Change): readonly FieldProblem[] {
    // Who administers the tenant may deny anything in it: he may lift it again.
    const judged = purposes.filter((purpose) => purpose !== 'deny' || !this.#holders.administers);
    return judged.flatMap((purpose) => this.#problems(change[purpose], purpose));
  }

  #problems({ own, links }: Difference, purpose: Purpose): readonly FieldProblem[] {
    const foreign = ({ target }: AuthoredLink) => this.#graph.isForeign(target, this.#tenant);
    return [
      ...own.flatMap((rows) =>
        this.#problem({ ...rows, value: undefined, purpose }, () => this.#ownRows(rows, purpose)),
      ),
      ...links
        .filter((link) => !foreign(link))
        .flatMap((link) => this.#problem({ ...link, purpose }, () => this.#missingOf(link, purpose))),
    ];
  }

  #problem(
    about: { field: string; value: string | undefined; domain: string; powers: readonly PowerOver[]; purpose: Purpose },
    look: () => Missing,
  ): readonly FieldProblem[] {
    // The powers first: they are asked quickly.
    if (this.#holders.usual.hasOneOf(about.powers, about.domain)) {
      return [];
    }
    const missing = look();
    return missing.count === 0 ? [] : [notHeld({ ...about, ...missing })];
  }

  #ownRows(own: ChangedRows, purpose: Purpose): Missing {
    const { first, count } = this.#holdingsIn(own.domain, purpose).missing(own);
    return { missing: first.map((row) => ({ row, domain: own.domain })), count };
  }

  #missingOf(link: AuthoredLink, purpose: Purpose): Missing {
    const { heldInParent } = link;
    const missing = this.#reached(link, purpose);
    if (missing.count === 0 || heldInParent === undefined || purpose !== 'give') {
      return missing;
    }
    const there = this.#reached({ ...link, domain: heldInParent }, purpose);
    return there.count === 0 ? there : missing;
  }

  #reached({ target, domain }: AuthoredLink, purpose: Purpose): Missing {
    const all = walk([{ name: target, domain }], (name) => this.#linksOf(name)).map((standing) => {
      const holdings = this.#holdingsIn(standing.domain, purpose);
      const held = effectOf(purpose) === 'allow' && this.#holders.usual.holds(standing.name, standing.domain);
      const matters = this.#graph.statementsOf(standing.name).filter(({ effect }) => effect === effectOf(purpose));
      return matters.map((statement) => {
        const { first, count } = holdings.missing({ ...statement, held });
        const shown = first.map((row) => ({
          row: this.#mayKnow(statement) ? row : undefined,
          domain: standing.domain,
        }));
        return { missing: shown, count };
      });
    });
    return {
      missing: all.flat().flatMap(({ missing }) => missing),
      count: all.flat().reduce((sum, { count }) => sum + count, 0),
    };
  }

  #linksOf(name: string): readonly Link[] {
    const links = this.#graph.linksOf(name);
    this.#holders.budget.spend(stepsOfName + links.length);
    return links;
  }

  #holdingsIn(domain: string, purpose: Purpose) {
    return purpose === 'lift' && this.#holders.administers
      ? this.#holders.undenied.holdingsIn(domain, 'lift')
      : this.#holders.usual.holdingsIn(domain, purpose === 'lift' ? 'lift' : 'give');
  }

  #mayKnow({ tenant }: NamedStatement): boolean {
    return tenant === this.#tenant;
  }
}
