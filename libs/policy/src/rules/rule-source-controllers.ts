import { rule, type Rule } from '@tke/api-auth';
import { keyOf, keyString, type DeepReadonly, type KubeObject } from '@tke/meta';
import { controllerFor, type CacheReader, type ControllerHost, type Mapper } from '@tke/runtime';

import { topicIndex } from '../indexes.ts';
import { sourceKeyOf } from './rule-object.ts';
import { RuleSourceReconciler, type RuleSourceDependencies } from './rule-source-reconciler.ts';
import type { Dependency, RuleSource } from './rule-source.ts';
import { ruleSources } from './sources.ts';

/**
 * Objects of one kind reconciled at the same time, most of it spent waiting for the server: more than the policies a new
 * tenant gets at once, so that the change of somebody else does not queue up behind them.
 */
const concurrency = 40;

/** Adds one controller for every kind that is compiled to Rules. */
export function addRuleSourceControllers(host: ControllerHost, dependencies: RuleSourceDependencies): void {
  for (const source of ruleSources(dependencies.cache)) {
    const builder = controllerFor(host, `rules-of-${source.kind.plural}`)
      // All events, those of the status too: a status computed from a cache that lagged behind is set right by the event of
      // its own writing.
      .for(source.kind)
      .watches(rule, toSource(source), { predicates: [{ update: ruleMatters }] })
      .withOptions({ concurrency });
    for (const dependency of source.dependencies) {
      builder.watches(dependency.kind, toDependents(source, dependency, dependencies.cache), {
        predicates: [{ update: (before, after) => dependency.matters(before, after) }],
      });
    }
    builder.complete(new RuleSourceReconciler(source, dependencies));
  }
}

function toSource({ kind }: RuleSource): Mapper<Rule> {
  return (object) => {
    const key = sourceKeyOf(kind, object);
    return key === undefined ? [] : [key];
  };
}

/** Whether a write changed anything but the status. */
function ruleMatters(before: DeepReadonly<Rule>, after: DeepReadonly<Rule>): boolean {
  const told = ({ metadata, spec }: DeepReadonly<Rule>) =>
    JSON.stringify([metadata.labels, metadata.annotations, metadata.ownerReferences, spec]);
  return told(before) !== told(after);
}

/** The objects that are indexed under any topic the changed object is news about. */
export function toDependents(source: RuleSource, dependency: Dependency, cache: CacheReader): Mapper {
  return (object: DeepReadonly<KubeObject>) => {
    const found = dependency
      .topics(object)
      .flatMap((value) => cache.list(source.kind, { index: { name: topicIndex, value } }));
    const keys = found.map((dependent) => keyOf(dependent));
    return [...new Map(keys.map((key) => [keyString(key), key])).values()];
  };
}
