import { describe, expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { FakeClock } from '@tke/time';

import { PlanRunner } from './plan-runner.ts';
import type { PlanState } from './plan-run.ts';
import type { Step } from './step.ts';
import { full, unreachable } from './testing/failures.ts';
import { PlannedObject, step } from './testing/scripted-plan.ts';

describe('what an attempt has begun', () => {
  interface Host {
    readonly signal: AbortSignal;
  }

  test('ends with it, when it runs out of time', async () => {
    const clock = new FakeClock();
    const begun: AbortSignal[] = [];
    const hanging: Step<Host> = {
      name: 'EnsureUpload',
      targets: () => ['10.0.0.1'],
      limitMs: 60_000,
      run: ({ signal }) => {
        begun.push(signal);
        return begun.length === 1 ? new Promise(() => undefined) : Promise.resolve(undefined);
      },
    };
    const runner = new PlanRunner({ clock, random: () => 0, logger: discardLogger });
    let state: PlanState = {};
    const { signal } = new AbortController();
    const pass = async () => {
      const result = await runner.advance<Host>({
        ...{
          uid: '9a1c',
          operation: 'Create',
          steps: [hanging],
          skip: [],
          generation: 1,
          retry: undefined,
          signal,
          state,
        },
        scope: { signal },
        scopeUntil: (end) => ({ signal: end }),
        save: () => Promise.resolve(),
        interrupted: () => false,
      });
      ({ state } = result);
      return result.outcome;
    };
    const first = pass();
    await clock.advance(60_000);
    await expect(first).resolves.toMatchObject({ kind: 'retrying', error: { code: 'StepTimeout' } });
    expect(begun[0]).toMatchObject({ aborted: true, reason: { code: 'StepTimeout' } });
    await clock.advance(5_000);
    await expect(pass()).resolves.toEqual({ kind: 'done' });
    expect(begun[1]?.aborted).toBe(false);
  });
});

describe('a step that waits for its user', () => {
  test('is tried again when what it waited for was mended outside of spec', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full, full, undefined]);
    expect((await object.pass([failing])).outcome.kind).toBe('stalled');
    expect((await object.pass([failing])).outcome.kind).toBe('stalled');
    expect(failing.attempts).toHaveLength(1);
    expect((await object.pass([failing], { mended: true })).outcome.kind).toBe('stalled');
    expect((await object.pass([failing], { mended: true })).outcome).toEqual({ kind: 'done' });
  });

  test('is not the one in back-off, whose time that leaves as it is', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [unreachable]);
    await object.pass([failing]);
    await object.pass([failing], { mended: true });
    expect(failing.attempts).toHaveLength(1);
  });
});

describe('an error that ends the pass', () => {
  const endsPass = (error: unknown) => error === full;

  test('is not held against the step: whoever comes next takes the same attempt up', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full, undefined]);
    await expect(object.pass([failing], { endsPass })).rejects.toBe(full);
    expect(object.entry('EnsureA')).toMatchObject({ state: 'Running', attempt: 1 });
    expect(object.entry('EnsureA')).not.toHaveProperty('error');
    await object.pass([failing], { endsPass });
    expect(new Set(failing.attempts.map(({ id }) => id)).size).toBe(1);
  });

  test('waits for the other hosts of the step', async () => {
    const object = new PlannedObject();
    let ended = false;
    const slow = step(
      'EnsureA',
      [
        async ({ target, clock, signal }) => {
          if (target === 'a') {
            throw full;
          }
          await clock.sleep(1_000, signal);
          ended = true;
        },
      ],
      { targets: ['a', 'b'] },
    );
    const pass = expect(object.pass([slow], { endsPass })).rejects.toBe(full);
    await object.clock.advance(1_000);
    await pass;
    expect(ended).toBe(true);
  });
});
