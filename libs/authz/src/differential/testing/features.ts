import type { Decision } from '../../decide/decision.ts';
import type { AccessRequest } from '../../decide/request.ts';
import { maxLinkDepth } from '../../index/reach.ts';
import { everyDomain, type LinkRow, type Row } from '../../rows/row.ts';

/** What a decision can depend on. The worlds are worth their name only when each occurs often enough. */
export const features = {
  roleOnly: 'held through a role and by no link of its own',
  groupInProject: 'a membership of all projects, then a grant in one',
  segment: 'decided by a row with "/:name"',
  memberCluster: 'about an object of a member cluster',
  longest: 'held by as many links as are followed',
  tooLong: 'held by more links than are followed, and so not held',
  cycle: 'the caller’s roles lead back to themselves',
} as const;

export type Feature = keyof typeof features;

/** @param deeper whether Casbin would answer otherwise if it followed more links. */
export function featuresOf(
  rows: readonly Row[],
  request: AccessRequest,
  decision: Decision,
  deeper: () => boolean,
): Feature[] {
  const found: Feature[] = [];
  const links = rows.filter((row): row is LinkRow => row.kind === 'g');
  if (decision.kind === 'noOpinion') {
    // Nothing else makes an index follow more links than this.
    return links.length > maxLinkDepth && deeper() ? ['tooLong'] : [];
  }
  const { path, rule } = decision.by;
  const [first] = path;
  if (
    path.some(({ role }) => role.startsWith('rol-')) &&
    !links.some((row) => row.member === first?.member && row.role === rule.policy)
  ) {
    found.push('roleOnly');
  }
  const membership = path.findIndex(({ role, domain }) => role.includes('##group##') && domain === everyDomain);
  if (membership >= 0 && path.slice(membership + 1).some(({ domain }) => domain !== everyDomain)) {
    found.push('groupInProject');
  }
  if (rule.object.text.includes('/:')) {
    found.push('segment');
  }
  if (request.object.startsWith('cluster:')) {
    found.push('memberCluster');
  }
  if (path.length === maxLinkDepth) {
    found.push('longest');
  }
  if (path.some(({ role }) => leadsTo(links, role, role))) {
    found.push('cycle');
  }
  return found;
}

function leadsTo(links: readonly LinkRow[], from: string, to: string): boolean {
  const reached = new Set<string>();
  const pending = [from];
  for (const name of pending) {
    const roles = links.filter(({ member }) => member === name).map(({ role }) => role);
    pending.push(...roles.filter((role) => !reached.has(role)));
    roles.forEach((role) => reached.add(role));
  }
  return reached.has(to);
}
