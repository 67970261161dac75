import type { RoleLink } from './entries.ts';
import type { RuleIndex } from './rule-index.ts';
import { RuleNode } from './rule-node.ts';
import { scopedLinksIn } from './scoped-links.ts';

/** Links from a subject to what it reaches, as Casbin's role manager limits them. */
export const maxLinkDepth = 10;

/** A subject, or something it holds through `link`, which starts at `from`. */
export class Reached {
  readonly node: RuleNode;
  readonly depth: number;
  readonly link: RoleLink | undefined;
  readonly from: Reached | undefined;

  constructor(node: RuleNode, link?: RoleLink, from?: Reached) {
    this.node = node;
    this.depth = from === undefined ? 0 : from.depth + 1;
    this.link = link;
    this.from = from;
  }

  get name(): string {
    return this.node.name;
  }
}

/**
 * Everything the subjects hold in a domain, themselves included, nearest first and each once, so that cycles and
 * many paths cost nothing. Links of the domain and links of all domains may follow each other in any order: that is
 * what makes a project grant to a group reach its members.
 * @param domain a project, or empty for none.
 */
export function reach(index: RuleIndex, subjects: readonly string[], domain: string): Reached[] {
  const search = index.beginSearch();
  const reached: Reached[] = [];
  for (const subject of subjects) {
    visit(index.node(subject) ?? new RuleNode(subject), search, reached);
  }
  // What is added on the way is visited too.
  for (const from of reached) {
    if (from.depth === maxLinkDepth) {
      break;
    }
    follow(from.node.links, from, search, reached);
    if (domain !== '' && from.node.scopedLinks !== undefined) {
      follow(scopedLinksIn(from.node.scopedLinks, domain), from, search, reached);
    }
  }
  return reached;
}

function follow(links: RoleLink | undefined, from: Reached, search: number, reached: Reached[]): void {
  for (let link = links; link !== undefined; link = link.next) {
    visit(link.to, search, reached, link, from);
  }
}

function visit(node: RuleNode, search: number, reached: Reached[], link?: RoleLink, from?: Reached): void {
  if (node.search !== search) {
    node.search = search;
    reached.push(new Reached(node, link, from));
  }
}

/** The links from the subject to what was reached, in this order. */
export function pathTo(reached: Reached): readonly RoleLink[] {
  const path: RoleLink[] = [];
  for (let at: Reached | undefined = reached; at?.link !== undefined; at = at.from) {
    path.push(at.link);
  }
  return path.reverse();
}
