import type { RuleIndex } from '../index/rule-index.ts';
import { everyDomain } from '../rows/row.ts';

/** Every project that some link names. */
export function projectsOf(index: RuleIndex): ReadonlySet<string> {
  const projects = new Set<string>();
  for (const entry of index.entries()) {
    if (entry.kind === 'g' && entry.domain !== everyDomain) {
      projects.add(entry.domain);
    }
  }
  return projects;
}
