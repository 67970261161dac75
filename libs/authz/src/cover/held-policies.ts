import type { RuleIndex } from '../index/rule-index.ts';
import { everyDomain } from '../rows/row.ts';
import { parseSubjectKey } from '../rows/subject-key.ts';
import { walk } from './walk.ts';
import type { WorkBudget } from './work.ts';

/** Names of policies by project; under `*` those that count everywhere. */
export type HeldPolicies = ReadonlyMap<string, readonly string[]>;

/**
 * The policies that subjects hold, through groups and roles too, and in which projects. Costs what they hold, whatever else there is:
 * one step of the budget for each link.
 * @throws TooMuchToCompare
 */
export function heldPolicies(rules: RuleIndex, subjects: readonly string[], work: WorkBudget): HeldPolicies {
  const linksOf = (name: string) =>
    rules.linksOf(name).map((link) => {
      work.spend(1);
      return link;
    });
  const starts = subjects.map((name) => ({ name, domain: everyDomain }));
  const held = walk(starts, linksOf).filter(
    ({ name }) => parseSubjectKey(name) === undefined && rules.policy(name) !== undefined,
  );
  const byDomain = Map.groupBy(held, ({ domain }) => domain);
  return new Map([...byDomain].map(([domain, standings]) => [domain, standings.map(({ name }) => name).sort()]));
}
