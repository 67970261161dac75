import type { Leftover } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

// Bounds of the schema (@tke/api-platform, status/plan.ts).
const mostLeftovers = 64;
const longestText = 1024;

/** With these, once for each host and thing; the oldest go where there are too many. */
export function withLeftovers(
  before: DeepReadonly<readonly Leftover[]>,
  added: readonly Leftover[],
): DeepReadonly<Leftover[]> {
  const cut = added.map(({ host, what, remedy }) => ({
    host,
    what: what.slice(0, longestText),
    remedy: remedy.slice(0, longestText),
  }));
  const isAdded = ({ host, what }: DeepReadonly<Leftover>) =>
    cut.some((other) => other.host === host && other.what === what);
  return [...before.filter((leftover) => !isAdded(leftover)), ...cut].slice(-mostLeftovers);
}
