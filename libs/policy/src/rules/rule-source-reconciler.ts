import type { DeepReadonly } from '@tke/meta';
import {
  ensureFinalizer,
  hasFinalizer,
  removeFinalizer,
  saveFailure,
  saveOutcome,
  type CacheReader,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
  type StatusDependencies,
} from '@tke/runtime';

import type { CompiledSource } from '../compile/compiled.ts';
import type { Directory } from '../compile/directory.ts';
import { rulesFinalizer } from '../names.ts';
import { outcomeOf } from './outcome.ts';
import type { RuleSource, SourceObject, SourceStatus } from './rule-source.ts';
import { RuleWriter } from './rule-writer.ts';

export interface RuleSourceDependencies extends StatusDependencies {
  readonly cache: CacheReader;
  readonly directory: Directory;
}

type Stored = DeepReadonly<SourceObject>;

const action = 'CompileRules';

/** Keeps the Rules of one kind what its objects compile to, and says in their status what came of it. */
export class RuleSourceReconciler implements Reconciler {
  readonly #source: RuleSource;
  readonly #deps: RuleSourceDependencies;
  readonly #writer: RuleWriter;

  constructor(source: RuleSource, dependencies: RuleSourceDependencies) {
    this.#source = source;
    this.#deps = dependencies;
    this.#writer = new RuleWriter(dependencies);
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const { kind } = this.#source;
    const object = this.#deps.cache.get(kind, request);
    if (object === undefined) {
      await this.#writer.removeOrphans(kind, request, signal);
      return undefined;
    }
    try {
      await (object.metadata.deletionTimestamp === undefined
        ? this.#write(object, signal)
        : this.#remove(object, signal));
    } catch (error) {
      await saveFailure(this.#deps, { kind, object, error, action, signal });
      throw error;
    }
    return undefined;
  }

  async #write(object: Stored, signal: AbortSignal): Promise<void> {
    const { kind } = this.#source;
    // Before the first Rule: there is no moment in which a deletion would leave one behind.
    const held = await ensureFinalizer(this.#deps.client, kind, object, rulesFinalizer, { signal });
    const compiled = this.#source.compile(held, this.#deps.directory);
    await this.#writer.write(kind, held, compiled.rows, signal);
    await saveOutcome(this.#deps, {
      kind,
      object: held,
      fields: statusOf(compiled),
      outcome: outcomeOf(compiled),
      action,
      signal,
    });
  }

  async #remove(object: Stored, signal: AbortSignal): Promise<void> {
    if (!hasFinalizer(object, rulesFinalizer)) {
      return;
    }
    await this.#writer.removeAll(object.metadata.uid ?? '', signal);
    await removeFinalizer(this.#deps.client, this.#source.kind, object, rulesFinalizer, { signal });
  }
}

/** What is empty is left out. */
function statusOf({ rows, users, groups, unresolved }: CompiledSource): SourceStatus {
  return {
    phase: 'Active',
    rules: rows.length,
    ...(users.length > 0 && { users: [...users] }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(unresolved.length > 0 && { unresolved: unresolved.map(({ kind, id, reason }) => ({ kind, id, reason })) }),
  };
}
