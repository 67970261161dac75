import { everyDomain, parseSubjectKey, walk, type Link, type RuleIndex } from '@tke/authz';

/** Names of policies by project; under `*` those that count everywhere. */
export type HeldPolicies = ReadonlyMap<string, readonly string[]>;

/** The policies that subjects hold, through groups and roles too, and in which projects. */
export function heldPolicies(rules: RuleIndex, subjects: readonly string[]): HeldPolicies {
  const links = linksByMember(rules);
  const starts = subjects.map((name) => ({ name, domain: everyDomain }));
  const held = walk(starts, (name) => links.get(name) ?? []).filter(
    ({ name }) => parseSubjectKey(name) === undefined && rules.policy(name) !== undefined,
  );
  const byDomain = Map.groupBy(held, ({ domain }) => domain);
  return new Map([...byDomain].map(([domain, standings]) => [domain, standings.map(({ name }) => name).sort()]));
}

function linksByMember(rules: RuleIndex): ReadonlyMap<string, readonly Link[]> {
  const links = new Map<string, Link[]>();
  for (const entry of rules.entries()) {
    if (entry.kind === 'g') {
      const known = links.get(entry.member);
      const link = { role: entry.role, domain: entry.domain };
      if (known === undefined) {
        links.set(entry.member, [link]);
      } else {
        known.push(link);
      }
    }
  }
  return links;
}

/** The project policies that every tenant gets, as people call them; of others the name. */
export function roleOf(policy: string, tenant: string): string {
  const prefix = `pol-${tenant}-project-`;
  const role = policy.startsWith(prefix) ? policy.slice(prefix.length) : '';
  return ['owner', 'member', 'viewer'].includes(role) ? role : policy;
}
