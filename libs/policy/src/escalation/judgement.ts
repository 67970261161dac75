import { walk, type Effect, type Holder, type MissingRow, type PowerOver } from '@tke/authz';
import type { FieldProblem } from '@tke/webhook';

import type { AuthoredLink } from './authored.ts';
import type { ChangedRows, Difference } from './change.ts';
import type { GrantGraph, NamedStatement } from './grant-graph.ts';
import { notHeld, type Purpose } from './refusals.ts';

interface Missing {
  /** The row is undefined where the caller may not know it. */
  readonly missing: readonly { readonly row: MissingRow | undefined; readonly domain: string }[];
  readonly count: number;
}

/** Looks at one change for one caller. */
export class Judgement {
  readonly #graph: GrantGraph;
  readonly #tenant: string;
  readonly #holder: Holder;

  constructor(graph: GrantGraph, tenant: string, holder: Holder) {
    this.#graph = graph;
    this.#tenant = tenant;
    this.#holder = holder;
  }

  /** What of a difference its author neither holds nor has the power over. */
  problems({ own, links }: Difference, purpose: Purpose): readonly FieldProblem[] {
    const foreign = ({ target }: AuthoredLink) => this.#graph.isForeign(target, this.#tenant);
    return [
      ...own.flatMap((rows) =>
        this.#problem({ ...rows, value: undefined, purpose }, () => this.#ownRows(rows, purpose)),
      ),
      ...links
        .filter((link) => !foreign(link))
        .flatMap((link) => this.#problem({ ...link, purpose }, () => this.#reached(link, purpose))),
    ];
  }

  #problem(
    about: { field: string; value: string | undefined; domain: string; powers: readonly PowerOver[]; purpose: Purpose },
    look: () => Missing,
  ): readonly FieldProblem[] {
    // The powers first: they are asked quickly.
    if (this.#holder.hasOneOf(about.powers, about.domain)) {
      return [];
    }
    const missing = look();
    return missing.count === 0 ? [] : [notHeld({ ...about, ...missing })];
  }

  #ownRows(own: ChangedRows, purpose: Purpose): Missing {
    const { first, count } = this.#holder.holdingsIn(own.domain, purpose).missing(own);
    return { missing: first.map((row) => ({ row, domain: own.domain })), count };
  }

  #reached({ target, domain }: AuthoredLink, purpose: Purpose): Missing {
    const all = walk([{ name: target, domain }], (name) => this.#graph.linksOf(name)).map((standing) => {
      const holdings = this.#holder.holdingsIn(standing.domain, purpose);
      const held = purpose === 'give' && this.#holder.holds(standing.name, standing.domain);
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

  #mayKnow({ tenant }: NamedStatement): boolean {
    return tenant === this.#tenant;
  }
}

function effectOf(purpose: Purpose): Effect {
  return purpose === 'give' ? 'allow' : 'deny';
}
