import type { KubeObject } from '@tke/meta';
import type { Cache } from '@tke/runtime';
import { cacheOf } from '@tke/runtime/testing';

import { CacheDirectory } from '../directory.ts';
import { followRules, type FollowedRules } from '../escalation/followed-rules.ts';
import { registerInformers } from '../informers.ts';
import { ruleOf } from '../rules/rule-object.ts';
import { ruleSources } from '../rules/sources.ts';

export interface CompiledPlatform {
  readonly cache: Cache;
  readonly rules: FollowedRules;
}

/** A synced cache of the objects and of the Rules that reconcilers would have made of them, and what decisions know of it. */
export async function compiledPlatform(objects: readonly KubeObject[], signal: AbortSignal): Promise<CompiledPlatform> {
  const authored = await cacheOf(objects, registerInformers, signal);
  const directory = new CacheDirectory(authored);
  const compiled = ruleSources(authored).flatMap((source) =>
    authored
      .list(source.kind)
      .flatMap((object) => source.compile(object, directory).rows.map((row) => ruleOf(source.kind, object, row))),
  );
  const cache = await cacheOf([...objects, ...compiled], registerInformers, signal);
  const rules = followRules(cache);
  while (!rules.synced) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { cache, rules };
}
