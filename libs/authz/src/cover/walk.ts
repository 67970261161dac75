import { everyDomain } from '../rows/row.ts';

/** Somebody or something that is held, in one project or everywhere (`*`). */
export interface Standing {
  readonly name: string;
  readonly domain: string;
}

/** From some name to what it holds. */
export interface Link {
  readonly role: string;
  readonly domain: string;
}

/**
 * Everything reached from the starts, in whichever project: `reach` answers for one. A start in a project follows links
 * of that project and of all; a start everywhere also enters each project that a link on the way belongs to.
 */
export function walk(starts: readonly Standing[], linksOf: (name: string) => Iterable<Link>): readonly Standing[] {
  const seen = new Set<string>();
  const reached: Standing[] = [];
  const visit = (standing: Standing) => {
    const key = keyOf(standing);
    if (!seen.has(key) && !seen.has(keyOf({ ...standing, domain: everyDomain }))) {
      seen.add(key);
      reached.push(standing);
    }
  };
  starts.forEach(visit);
  // What is added on the way is visited too.
  for (const { name, domain } of reached) {
    for (const link of linksOf(name)) {
      const both = commonDomain(domain, link.domain);
      if (both !== undefined) {
        visit({ name: link.role, domain: both });
      }
    }
  }
  return reached;
}

export function keyOf({ name, domain }: Standing): string {
  return `${domain}\0${name}`;
}

/** Where what is held in the one and in the other counts; undefined for nowhere. */
export function commonDomain(a: string, b: string): string | undefined {
  if (a === everyDomain || a === b) {
    return b;
  }
  return b === everyDomain ? a : undefined;
}
