import { rule, type Rule } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import {
  controllerFor,
  saveOutcome,
  type CacheReader,
  type ControllerHost,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
  type StatusDependencies,
} from '@tke/runtime';

import { compileErrors } from '../compile/errors.ts';
import { checkRule } from './check-rule.ts';
import { describeDefect } from './outcome.ts';
import { sourceTextOf } from './rule-object.ts';

export interface AuthoredRuleDependencies extends StatusDependencies {
  readonly cache: CacheReader;
}

/** Tells the authors of Rules written by hand whether decisions use them. Compiled ones speak through their source. */
export class AuthoredRuleReconciler implements Reconciler {
  readonly #deps: AuthoredRuleDependencies;

  constructor(dependencies: AuthoredRuleDependencies) {
    this.#deps = dependencies;
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const object = this.#deps.cache.get(rule, request);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined || !isAuthored(object)) {
      return undefined;
    }
    const defects = checkRule(object);
    const outcome: Outcome =
      defects.length === 0
        ? { kind: 'ready', message: 'in use' }
        : {
            kind: 'stalled',
            error: compileErrors.InvalidRule(defects.map(describeDefect).join('. '), {
              remedy: 'Decisions leave this row out.',
            }),
          };
    await saveOutcome(this.#deps, { kind: rule, object, fields: {}, outcome, action: 'CheckRule', signal });
    return undefined;
  }
}

export function addAuthoredRuleController(host: ControllerHost, dependencies: AuthoredRuleDependencies): void {
  const predicate = {
    create: isAuthored,
    update: (_: DeepReadonly<Rule>, after: DeepReadonly<Rule>) => isAuthored(after),
    delete: () => false,
  };
  controllerFor(host, 'rules')
    .for(rule, { predicates: [predicate] })
    .complete(new AuthoredRuleReconciler(dependencies));
}

function isAuthored(object: DeepReadonly<Rule>): boolean {
  return sourceTextOf(object) === undefined;
}
