import { addToChain, chained, firstInChain, removeFromChain, withEntry, withoutEntry, type Chained } from './chain.ts';
import type { RoleLink } from './entries.ts';

/** The links of one member in one domain. */
interface DomainLinks extends Chained<DomainLinks> {
  readonly domain: string;
  links: RoleLink | undefined;
}

/** The links of one member that hold in single domains: a list of domains as long as these are few, then a map. */
export type ScopedLinks = DomainLinks | Map<string, RoleLink> | undefined;

const few = 8;

export function scopedLinksIn(scoped: ScopedLinks, domain: string): RoleLink | undefined {
  return scoped instanceof Map ? scoped.get(domain) : entryOf(scoped, domain)?.links;
}

/** The links of a member in all single domains. */
export function* allScopedLinks(scoped: ScopedLinks): Generator<RoleLink> {
  const heads = scoped instanceof Map ? scoped.values() : chained(scoped).map(({ links }) => links);
  for (const head of heads) {
    yield* chained(head);
  }
}

export function withScopedLink(scoped: ScopedLinks, link: RoleLink): ScopedLinks {
  if (scoped instanceof Map) {
    addToChain(scoped, link.domain, link);
    return scoped;
  }
  const entry = entryOf(scoped, link.domain);
  if (entry !== undefined) {
    entry.links = withEntry(entry.links, link);
    return scoped;
  }
  const added: DomainLinks = { domain: link.domain, links: withEntry(undefined, link), next: scoped };
  const entries = [...chained(added)];
  return entries.length > few ? mapOf(entries) : added;
}

export function withoutScopedLink(scoped: ScopedLinks, link: RoleLink): ScopedLinks {
  if (scoped instanceof Map) {
    removeFromChain(scoped, link.domain, link);
    return scoped.size === 0 ? undefined : scoped;
  }
  const entry = entryOf(scoped, link.domain);
  if (entry === undefined) {
    return scoped;
  }
  entry.links = withoutEntry(entry.links, link);
  return entry.links === undefined ? withoutEntry(scoped, entry) : scoped;
}

function entryOf(head: DomainLinks | undefined, domain: string): DomainLinks | undefined {
  return firstInChain(head, (entry) => entry.domain === domain);
}

function mapOf(entries: readonly DomainLinks[]): Map<string, RoleLink> {
  return new Map(entries.flatMap(({ domain, links }) => (links === undefined ? [] : [[domain, links] as const])));
}
