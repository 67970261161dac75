import { category, identityProvider, localIdentity, policy, rule, type LocalIdentity, type Rule } from '@tke/api-auth';
import { platform, project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';
import type { Cache, CacheReader } from '@tke/runtime';

import { handWrittenIndex, handWrittenOf } from './escalation/rule-indexes.ts';
import {
  identityTenantIndex,
  platformTenantIndex,
  ruleSourceIndex,
  seedIndex,
  topicIndex,
  usernameIndex,
} from './indexes.ts';
import { sourceTextOf } from './rules/rule-object.ts';
import { ruleSources } from './rules/sources.ts';
import { usernameTopic } from './rules/topics.ts';
import { seedKeysOf } from './seeds/default-policies.ts';

export type PolicyCache = CacheReader & Pick<Cache, 'informer'>;

/** Asks the cache for everything this package reads: reconcilers and admission alike, on every replica. */
export function registerInformers(cache: PolicyCache): void {
  for (const source of ruleSources(cache)) {
    cache.informer(source.kind, { indexes: { [topicIndex]: (object) => source.topics(object) } });
  }
  cache.informer(rule, {
    indexes: {
      [ruleSourceIndex]: sourcesOf,
      [handWrittenIndex]: handWrittenOf,
    },
  });
  cache.informer(localIdentity, { indexes: { [usernameIndex]: usernamesOf, [identityTenantIndex]: tenantOf } });
  cache.informer(policy, { indexes: { [seedIndex]: seedKeysOf } });
  cache.informer(identityProvider);
  cache.informer(category);
  cache.informer(project);
  cache.informer(platform, { indexes: { [platformTenantIndex]: tenantOf } });
}

function sourcesOf(object: DeepReadonly<Rule>): readonly string[] {
  const source = sourceTextOf(object);
  return source === undefined ? [] : [source];
}

function tenantOf({ spec }: { readonly spec: { readonly tenantID?: string } }): readonly string[] {
  return [spec.tenantID ?? ''];
}

function usernamesOf({ spec }: DeepReadonly<LocalIdentity>): readonly string[] {
  return [usernameTopic(spec.tenantID, spec.username)];
}
