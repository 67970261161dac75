import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { codedErrors } from '@tke/errors';

import type { PlanOutcome, PlanState } from './plan-run.ts';
import { wholeTarget, type Attempt, type Step, type Waiting } from './step.ts';
import { PlannedObject } from './testing/scripted-plan.ts';

const errors = codedErrors({
  Broken: { class: 'Retryable', remedy: 'Wait.' },
  Refused: { class: 'NeedsUser', remedy: 'Ask.' },
});

const failures = {
  retryable: () => errors.Broken('broken'),
  needsUser: () => errors.Refused('refused'),
  bug: () => new TypeError('bug'),
};

interface Script {
  /** `question`: it can also be asked whether it is done. */
  readonly kind: 'job' | 'question';
  readonly targets: readonly string[];
  /** How the first attempts end. All later ones succeed. */
  readonly failures: readonly (keyof typeof failures)[];
  /** How often an attempt is polled before its end. */
  readonly waits: number;
}

const scriptedStep: fc.Arbitrary<Script> = fc.record({
  kind: fc.constantFrom('job', 'question'),
  targets: fc.oneof(fc.constant([wholeTarget]), fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { minLength: 0 })),
  failures: fc.array(fc.constantFrom('retryable', 'needsUser', 'bug'), { maxLength: 3 }),
  waits: fc.nat({ max: 2 }),
});

class Killed extends Error {}

/** What outlives every leader: the hosts. Counts events, at some of which the leader is killed. */
class World {
  readonly jobs = new Map<string, { polls: number }>();
  readonly starts: string[] = [];
  readonly effects = new Set<string>();
  readonly disorder: string[] = [];
  leader = new AbortController();
  readonly #kills: ReadonlySet<number>;
  #events = 0;

  constructor(kills: readonly number[]) {
    this.#kills = new Set(kills);
  }

  event(): void {
    if (this.#kills.has(this.#events++)) {
      this.leader.abort(new Killed());
    }
    this.leader.signal.throwIfAborted();
  }

  /** A command that runs on by itself, and is known by the id of the attempt. */
  poll(attempt: Attempt, { failures: ends, waits }: Script): Waiting | undefined {
    const key = `${attempt.step}@${attempt.target}`;
    let job = this.jobs.get(attempt.id);
    if (job === undefined) {
      job = { polls: 0 };
      this.jobs.set(attempt.id, job);
      this.starts.push(`${key} ${attempt.number}`);
    }
    if (job.polls++ < waits) {
      return { message: 'runs' };
    }
    const end = ends[attempt.number - 1];
    if (end !== undefined) {
      throw failures[end]();
    }
    this.effects.add(key);
    return undefined;
  }
}

function stepsOf(world: World, scripts: readonly Script[]): Step<undefined>[] {
  const name = (index: number) => `Ensure${index}`;
  return scripts.map((script, index) => ({
    name: name(index),
    targets: () => script.targets,
    ...(script.kind === 'question'
      ? {
          isDone: (_scope: undefined, { step, target }: Attempt) => {
            world.event();
            return Promise.resolve(world.effects.has(`${step}@${target}`));
          },
        }
      : {}),
    run: async (_scope, attempt) => {
      const before = scripts
        .slice(0, index)
        .flatMap(({ targets }, earlier) => targets.map((target) => `${name(earlier)}@${target}`));
      world.disorder.push(...before.filter((key) => !world.effects.has(key)));
      world.event();
      const waiting = world.poll(attempt, script);
      await Promise.resolve();
      world.event();
      return waiting;
    },
  }));
}

/** Undefined when the leader was killed. */
async function lead(object: PlannedObject, world: World, steps: Step<undefined>[]): Promise<PlanOutcome | undefined> {
  let persisted = object.state;
  const persist = (state: PlanState) => {
    world.event();
    // As the status goes to the API server and back.
    persisted = JSON.parse(JSON.stringify(state)) as PlanState;
    world.event();
  };
  try {
    const { outcome, state } = await object.pass(steps, {
      signal: world.leader.signal,
      save: (saved) => Promise.resolve(saved).then(persist),
    });
    persist(state);
    return outcome;
  } catch (error) {
    expect(error).toBeInstanceOf(Killed);
    world.leader = new AbortController();
    return undefined;
  } finally {
    object.state = persisted;
  }
}

const maxPasses = 500;

test('whoever is killed whenever: order is kept, nothing is started twice, and the plan ends', async () => {
  const runs = fc.asyncProperty(
    fc.array(scriptedStep, { minLength: 1, maxLength: 5 }),
    fc.uniqueArray(fc.nat({ max: 120 }), { maxLength: 25 }),
    async (scripts, kills) => {
      const world = new World(kills);
      const object = new PlannedObject();
      const steps = stepsOf(world, scripts);
      const ended = () => object.state.plan?.finishedAt !== undefined;
      for (let pass = 0; pass < maxPasses && !ended(); pass++) {
        const outcome = await lead(object, world, steps);
        if (outcome?.kind === 'stalled') {
          object.retry = String(pass);
        }
        await object.clock.advance(outcome !== undefined && 'afterMs' in outcome ? outcome.afterMs : 10);
      }
      expect(ended()).toBe(true);
      expect(world.disorder).toEqual([]);
      expect(new Set(world.starts).size).toBe(world.starts.length);
      const all = scripts.flatMap(({ targets }, index) => targets.map((target) => `Ensure${index}@${target}`));
      expect([...world.effects].toSorted()).toEqual(all.toSorted());
      const counts = scripts.flatMap(({ targets, failures: ends }) => targets.map(() => ends.length + 1));
      // Not one attempt more than it takes, however often the leader changed.
      expect(world.starts).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
    },
  );
  await fc.assert(runs, { numRuns: 300 });
});
