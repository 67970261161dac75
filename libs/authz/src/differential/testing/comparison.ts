import { newModelFromString } from 'casbin';
import { builtinModel } from '../../casbin/builtin-model.ts';
import { CasbinEngine } from '../../casbin/casbin-engine.ts';
import { decide } from '../../decide/decide.ts';
import type { AccessRequest } from '../../decide/request.ts';
import { features, featuresOf } from './features.ts';
import { differences, Oracle, OracleEnforcer, type Difference } from './oracle.ts';
import { SeededRandom } from './random.ts';
import { RulesWorld } from './rules-world.ts';
import { randomRequest } from './world.ts';

const requestsPerState = 8;
const statesPerWorld = 5;
export const decisionsPerWorld = requestsPerState * statesPerWorld;

const every = new Set(Object.keys(differences) as Difference[]);
const none = new Set<Difference>();

/** Of everything that has to occur for a comparison to have compared it, what did so only a few times. */
export function rareAmong(seen: ReadonlyMap<string, number>): string[] {
  const expected = ['allow', 'deny', 'noOpinion', ...every, ...Object.keys(features)];
  return expected.filter((what) => (seen.get(what) ?? 0) < 20);
}

/** Compares our decisions with Casbin's in generated worlds. */
export class Comparison {
  readonly #engine = new CasbinEngine(newModelFromString(builtinModel));
  readonly #enforcer = new OracleEnforcer();
  /** How often each answer, difference and feature has occurred. */
  readonly seen = new Map<string, number>();

  /**
   * @returns the number of decisions made.
   * @throws Error that says how to replay, at the first that differs.
   */
  world(seed: number, limit: number): number {
    const random = new SeededRandom(seed);
    const world = new RulesWorld(random);
    let done = 0;
    for (let state = 0; state < statesPerWorld; state += 1) {
      const oracle = new Oracle(world.rows(), this.#enforcer);
      for (let at = 0; at < requestsPerState && done < limit; at += 1, done += 1) {
        const request = randomRequest(random);
        const problem = this.#compare(world, oracle, request);
        if (problem !== undefined) {
          const rows = world.rows().map((row) => Object.values(row).join(', '));
          const replay = `TKE_SEED=${seed} TKE_DECISIONS=${decisionsPerWorld} make test-differential`;
          throw new Error(`${problem}\nReplay: ${replay}\n${JSON.stringify(request, null, 2)}\n${rows.join('\n')}`);
        }
      }
      world.change();
    }
    return done;
  }

  #compare(world: RulesWorld, oracle: Oracle, request: AccessRequest): string | undefined {
    const { index } = world;
    const decision = decide(index, request);
    const ours = decision.kind;
    this.#count(ours);
    const expected = oracle.ask(request, every);
    if (ours !== expected) {
      return `we say ${ours}, casbin says ${expected} with every deliberate difference`;
    }
    const custom = this.#engine.decide(index, request).kind;
    if (custom !== ours) {
      return `we say ${ours}, the same model on casbin's enforcer over the caller's rows says ${custom}`;
    }
    const original = oracle.ask(request, none) === 'allow';
    if (original !== (ours === 'allow')) {
      const reasons = [...every].filter((each) => (oracle.ask(request, new Set([each])) === 'allow') !== original);
      (reasons.length === 0 ? ['several together'] : reasons).forEach((each) => this.#count(each));
    }
    const deeper = () => oracle.ask(request, every, 'deeper') !== expected;
    featuresOf(world.rows(), request, decision, deeper).forEach((each) => this.#count(each));
    return undefined;
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}
