import type { Client } from '@tke/kube-client';
import { forEachConcurrently, type CacheReader } from '@tke/runtime';

import { isSameTenant } from '../objects/is-same-tenant.ts';
import { namespaceKind, projectKind, type ProjectObject } from '../objects/kinds.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import type { QuotaChild } from '../quota/child.ts';
import { claimOn, type Claim, type Obstacle } from '../quota/claim.ts';
import { chargedIndex, parentIndex, parentNames } from './indexes.ts';
import { ancestorsOf, deepest } from './tree.ts';

const concurrency = 8;

/**
 * The projects whose ledgers a project concerns: those it names, and those where something is set aside for it. The latter may be one that
 * it left before it put anything in force, of which nothing in the project itself speaks any more.
 */
export function ledgersOf(project: ProjectObject, cache: Pick<CacheReader, 'list'>): readonly string[] {
  const { uid = '' } = project.metadata;
  const charging = cache.list(projectKind, { index: { name: chargedIndex, value: uid } });
  return [...new Set([...parentNames(project), ...charging.map(({ metadata }) => metadata.name ?? '')])];
}

/** What all children of a project have and ask for, as far as the cache knows. */
export function claimsOn(parent: ProjectObject, cache: CacheReader): readonly Claim[] {
  const { name = '' } = parent.metadata;
  const projects = cache.list(projectKind, { index: { name: parentIndex, value: name } });
  const namespaces = cache.list(namespaceKind, { namespace: name });
  return [...projects, ...namespaces].map((child) => claimOn(name, child, obstacleBetween(parent, child, cache)));
}

/** Why a project must not give anything to a child, however much it has. */
export function obstacleBetween(parent: ProjectObject, child: QuotaChild, cache: CacheReader): Obstacle | undefined {
  if (!isSameTenant(parent, child)) {
    return 'OtherTenant';
  }
  if (child.kind !== projectKind.kind) {
    return undefined;
  }
  const above = ancestorsOf(parent, cache);
  if ([parent, ...above].some(({ metadata }) => metadata.name === child.metadata.name)) {
    return 'Cycle';
  }
  return above.length + 2 > deepest ? 'TooDeep' : undefined;
}

/** The claims with those of some children as the server has them now, and not as they were when the cache last heard of them. */
export async function confirmed(
  claims: readonly Claim[],
  toAsk: readonly Pick<Claim, 'kind' | 'name'>[],
  parent: ProjectObject,
  { client, cache, signal }: { readonly client: Client; readonly cache: CacheReader; readonly signal: AbortSignal },
): Promise<readonly Claim[]> {
  const { name: namespace = '' } = parent.metadata;
  const fresh: Claim[] = [];
  await forEachConcurrently(toAsk, concurrency, signal, async ({ kind, name }) => {
    const child = await (
      kind === 'Project'
        ? client.get(projectKind, { name }, { signal })
        : client.get(namespaceKind, { namespace, name }, { signal })
    ).catch(undefinedIfGone);
    if (child !== undefined) {
      fresh.push(claimOn(namespace, child, obstacleBetween(parent, child, cache)));
    }
  });
  const isAsked = (claim: Claim) => toAsk.some(({ kind, name }) => kind === claim.kind && name === claim.name);
  return [...claims.filter((claim) => !isAsked(claim)), ...fresh];
}
