import type { Rule } from '@tke/api-auth';
import { errorMessage } from '@tke/errors';
import { discardLogger } from '@tke/log';
import { keyOf, keyString, type DeepReadonly } from '@tke/meta';
import {
  CacheDirectory,
  describeDefect,
  describeUnresolved,
  registerInformers,
  ruleOf,
  ruleSources,
  type RuleSource,
  type SourceObject,
} from '@tke/policy';
import { Cache } from '@tke/runtime';

import { SnapshotReader, type Snapshot } from '../cluster/snapshot.ts';
import { cliErrors } from '../errors.ts';

export interface CompiledSnapshot {
  /** What the manager would make of all objects, by the name of the Rule. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** What is wrong with an object, by `<Kind>/<[namespace/]name>`. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** Compiles every object by the manager's own compilers, over the manager's own cache. */
export async function compileRules(snapshot: Snapshot, signal: AbortSignal): Promise<CompiledSnapshot> {
  const ended = new AbortController();
  const cache = new Cache({ reader: new SnapshotReader(snapshot), logger: discardLogger });
  registerInformers(cache);
  const running = cache.start(AbortSignal.any([signal, ended.signal]));
  try {
    await cache.waitForSync(signal);
    return compileAll(cache);
  } finally {
    ended.abort();
    await running;
  }
}

function compileAll(cache: Cache): CompiledSnapshot {
  const directory = new CacheDirectory(cache);
  const rules = new Map<string, Rule>();
  const problems = new Map<string, readonly string[]>();
  for (const source of ruleSources(cache)) {
    for (const object of cache.list(source.kind)) {
      if (object.metadata.deletionTimestamp !== undefined) {
        continue;
      }
      const { rows, defects, unresolved } = compiled(source, object, directory);
      for (const row of rows) {
        const made = ruleOf(source.kind, object, row);
        rules.set(made.metadata.name ?? '', made);
      }
      const found = [...defects.map(describeDefect), ...unresolved.map(describeUnresolved)];
      if (found.length > 0) {
        problems.set(nameOf(source, object), found);
      }
    }
  }
  return { rules, problems };
}

function compiled(source: RuleSource, object: DeepReadonly<SourceObject>, directory: CacheDirectory) {
  try {
    return source.compile(object, directory);
  } catch (cause) {
    // The compilers rely on the schema, which the server has checked for all objects but those of a file.
    throw cliErrors.FileInvalid(
      `${nameOf(source, object)} does not have the shape of its kind: ${errorMessage(cause)}`,
      {
        cause,
        remedy: 'kubectl apply --dry-run=server says which field is wrong.',
      },
    );
  }
}

function nameOf({ kind }: RuleSource, object: DeepReadonly<SourceObject>): string {
  return `${kind.kind}/${keyString(keyOf(object))}`;
}

/** The Rules of the server, changed by what the two compilations differ in. */
export function rulesAfter(
  present: readonly Rule[],
  before: CompiledSnapshot,
  after: CompiledSnapshot,
): readonly Rule[] {
  const gone = new Set([...before.rules.keys()].filter((name) => !after.rules.has(name)));
  const fresh = [...after.rules].filter(([name]) => !before.rules.has(name)).map(([, made]) => made);
  const replaced = new Set(fresh.map(({ metadata }) => metadata.name));
  return [
    ...present.filter(({ metadata: { name = '' } }) => !gone.has(name) && !replaced.has(name)),
    ...fresh.map((made) => ({
      ...made,
      metadata: { ...made.metadata, uid: made.metadata.name ?? '', resourceVersion: '1' },
    })),
  ];
}
