import { contains } from '../cover/contains.ts';
import { WorkBudget } from '../cover/work.ts';
import { explain } from '../decide/decide.ts';
import type { Explanation } from '../decide/decision.ts';
import { reservedWord } from '../decide/verbs.ts';
import { spellsOut } from '../pattern/spells-out.ts';
import { everyDomain, type Effect } from '../rows/row.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import type { PolicyRule } from '../index/entries.ts';
import { heldRules, type HeldRule } from './held.ts';
import { projectsOf } from './projects.ts';
import { verbOf } from './verb.ts';

/** What one policy gives or takes in one domain: every action on every object. */
export interface HeldPermission {
  /** A project, or `*` for everywhere. */
  readonly domain: string;
  readonly effect: Effect;
  readonly policy: string;
  /** How the subject holds the policy. */
  readonly held: Explanation;
  readonly actions: readonly string[];
  readonly objects: readonly string[];
}

/** The rows are those of one caller, and whoever compares them waits for it by his own choice. */
const unlimited = new WorkBudget(Infinity);

/** Denies first: they outweigh. */
const effects: readonly Effect[] = ['deny', 'allow'];

/**
 * What the subjects hold, by domain. In a project only what they do not hold everywhere, and nothing that a wider row of
 * the same domain and effect contains.
 */
export function permissionsOf(index: RuleIndex, subjects: readonly [string, ...string[]]): readonly HeldPermission[] {
  const everywhere = heldIn(index, subjects, '');
  const known = new Set(everywhere.map(({ rule }) => rule));
  const permissions = summaryOf(everyDomain, everywhere);
  for (const project of [...projectsOf(index)].sort()) {
    const here = heldIn(index, subjects, project).filter(({ rule }) => !known.has(rule));
    permissions.push(...summaryOf(project, here));
  }
  return permissions;
}

function heldIn(index: RuleIndex, subjects: readonly [string, ...string[]], domain: string): readonly HeldRule[] {
  return effects.flatMap((effect) => [...heldRules(index, { subjects, domain }, effect)]);
}

function summaryOf(domain: string, held: readonly HeldRule[]): HeldPermission[] {
  const needed = withoutContained(held);
  return effects.flatMap((effect) => {
    const byPolicy = Map.groupBy(
      needed.filter(({ rule }) => rule.effect === effect),
      ({ rule }) => rule.policy,
    );
    return [...byPolicy].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, rules]) => byActions(domain, rules));
  });
}

/** The rows of one policy and effect: objects with the same actions share a line. */
function byActions(domain: string, held: readonly HeldRule[]): HeldPermission[] {
  const byObject = Map.groupBy(held, ({ rule }) => rule.object.text);
  const lines = Map.groupBy(byObject, ([, rules]) => actionsOf(rules).join('\0'));
  const permissions = [...lines.values()].flatMap((objects) => {
    const rules = objects[0]?.[1] ?? [];
    return rules.slice(0, 1).map(({ rule, reached }) => ({
      domain,
      effect: rule.effect,
      policy: rule.policy,
      held: explain(rule, reached),
      actions: actionsOf(rules),
      objects: objects.map(([object]) => object).sort(),
    }));
  });
  // Rows come in no order.
  return permissions.sort((a, b) => (a.objects.join() < b.objects.join() ? -1 : 1));
}

function actionsOf(rules: readonly HeldRule[]): readonly string[] {
  return rules.map(({ rule }) => rule.action.text).sort();
}

/** Leaves out every row that another one of the same effect says as well. Only rows with wildcards can contain others. */
function withoutContained(held: readonly HeldRule[]): readonly HeldRule[] {
  const wide = held.filter(({ rule }) => rule.action.kind !== 'literal' || rule.object.kind !== 'literal');
  return held.filter(({ rule }) => !wide.some((other) => other.rule !== rule && covers(other.rule, rule)));
}

function covers(wide: PolicyRule, narrow: PolicyRule): boolean {
  if (
    wide.effect !== narrow.effect ||
    !contains(wide.action, narrow.action, unlimited) ||
    !contains(wide.object, narrow.object, unlimited)
  ) {
    return false;
  }
  const same = wide.action.text === narrow.action.text && wide.object.text === narrow.object.text;
  const word = reservedWord({ verb: verbOf(narrow.action.text), action: narrow.action.text });
  // Of equal rows the first by name stays. What must be spelled out is not contained in what does not spell it out.
  return same ? wide.name < narrow.name : wide.effect === 'deny' || word === undefined || spellsOut(wide.action, word);
}
