import { everyDomain } from '../rows/row.ts';
import type { RoleLink } from './entries.ts';
import type { RuleIndex } from './rule-index.ts';

/** Links from a subject to what it reaches, as Casbin's role manager limits them. */
export const maxLinkDepth = 10;

/** A subject, or something it holds through `link`, which starts at `from`. */
export interface Reached {
  readonly name: string;
  readonly depth: number;
  readonly via: { readonly link: RoleLink; readonly from: Reached } | undefined;
}

/**
 * Everything the subjects hold in a domain, themselves included, nearest first and each once, so that cycles and
 * many paths cost nothing. Links of the domain and links of all domains may follow each other in any order: that is
 * what makes a project grant to a group reach its members.
 * @param domain a project, or empty for none.
 */
export function reach(index: RuleIndex, subjects: readonly string[], domain: string): Reached[] {
  const seen = new Set(subjects);
  const reached: Reached[] = Array.from(seen, (name) => ({ name, depth: 0, via: undefined }));
  const domains = domain === '' || domain === everyDomain ? [everyDomain] : [everyDomain, domain];
  // What is added on the way is visited too.
  for (const from of reached) {
    if (from.depth === maxLinkDepth) {
      break;
    }
    for (const each of domains) {
      follow(index.links(each, from.name), from, seen, reached);
    }
  }
  return reached;
}

function follow(links: RoleLink | undefined, from: Reached, seen: Set<string>, reached: Reached[]): void {
  for (let link = links; link !== undefined; link = link.next) {
    if (!seen.has(link.role)) {
      seen.add(link.role);
      reached.push({ name: link.role, depth: from.depth + 1, via: { link, from } });
    }
  }
}

/** The links from the subject to what was reached, in this order. */
export function pathTo(reached: Reached): readonly RoleLink[] {
  const path: RoleLink[] = [];
  for (let at = reached.via; at !== undefined; at = at.from.via) {
    path.push(at.link);
  }
  return path.reverse();
}
