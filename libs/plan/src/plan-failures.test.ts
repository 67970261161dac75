import { describe, expect, test } from '@jest/globals';

import { planLimits } from '@tke/api-platform';
import { CodedError } from '@tke/errors';

import type { Step } from './step.ts';
import { errors, full, told, unreachable } from './testing/failures.ts';
import { PlannedObject, step } from './testing/scripted-plan.ts';

describe('a step that fails', () => {
  test('is tried again after a time that doubles up to five minutes', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [unreachable]);
    const delays: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const { outcome } = await object.pass([failing]);
      const { afterMs } = outcome as { afterMs: number };
      delays.push(afterMs / 1000);
      await object.clock.advance(afterMs);
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(new Set(failing.attempts.map(({ id }) => id)).size).toBe(8);
  });

  test('is not tried before its time, and tells the same all the while', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [unreachable, undefined], { targets: ['10.0.0.1'] });
    const first = await object.pass([failing]);
    await object.clock.advance(2000);
    const second = await object.pass([failing]);
    expect(second.outcome).toMatchObject({ kind: 'retrying', afterMs: 3000 });
    expect(told(second.outcome)).toEqual(told(first.outcome));
    expect(told(second.outcome)).toEqual({
      code: 'HostUnreachable',
      class: 'Retryable',
      message: 'EnsureA on 10.0.0.1: 10.0.0.1 did not answer',
      remedy: 'Check the host.',
    });
    expect(failing.attempts).toHaveLength(1);
    await object.clock.advance(3000);
    expect((await object.pass([failing])).outcome).toEqual({ kind: 'done' });
    expect(object.entry('EnsureA', '10.0.0.1')).toEqual({
      step: 'EnsureA',
      host: '10.0.0.1',
      state: 'Done',
      attempt: 2,
      startedAt: '2026-01-01T00:00:05.000Z',
      finishedAt: '2026-01-01T00:00:05.000Z',
    });
  });

  test('hands over what it rejected with, in the pass in which it did', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [unreachable]);
    const first = await object.pass([failing]);
    expect(first.outcome).toHaveProperty('error.cause', unreachable);
    expect((await object.pass([failing])).outcome).not.toHaveProperty('error.cause', unreachable);
  });

  test('waits as long as the other side asks', async () => {
    const busy = errors.HostUnreachable('busy', { retryAfterSeconds: 90 });
    const { outcome } = await new PlannedObject().pass([step('EnsureA', [busy])]);
    expect(outcome).toMatchObject({ kind: 'retrying', afterMs: 90_000 });
  });

  test('tells why it failed last until the next attempt has ended', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [unreachable, { message: 'the job runs' }, undefined]);
    await object.pass([failing]);
    await object.clock.advance(5000);
    await object.pass([failing]);
    expect(object.saves.at(-1)?.plan?.journal?.[0]).toMatchObject({
      state: 'Running',
      attempt: 2,
      error: { code: 'HostUnreachable' },
    });
    expect(object.entry('EnsureA')?.error?.code).toBe('HostUnreachable');
    await object.pass([failing]);
    expect(object.entry('EnsureA')?.error).toBeUndefined();
  });

  test('leaves the hosts alone on which it took effect', async () => {
    const object = new PlannedObject();
    const targets = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    let broken = true;
    const failing = step(
      'EnsureA',
      [
        ({ target }) => {
          if (broken && target !== '10.0.0.1') {
            throw unreachable;
          }
          return undefined;
        },
      ],
      { targets },
    );
    const { outcome } = await object.pass([failing]);
    expect(told(outcome).message).toBe('EnsureA on 10.0.0.2: 10.0.0.1 did not answer (failed on 10.0.0.3 too)');
    broken = false;
    await object.clock.advance(5000);
    await object.pass([failing]);
    expect(failing.attempts.map(({ target }) => target)).toEqual([...targets, '10.0.0.2', '10.0.0.3']);
  });

  test('does not keep its other hosts waiting', async () => {
    const object = new PlannedObject();
    const answer = ({ target }: { target: string }) => {
      if (target === '10.0.0.1') {
        throw unreachable;
      }
      return { message: 'the job runs' };
    };
    const mixed = step('EnsureA', [answer], { targets: ['10.0.0.1', '10.0.0.2'] });
    expect((await object.pass([mixed])).outcome).toMatchObject({ kind: 'retrying', afterMs: 1000 });
  });

  test('with no code is a bug, and tried again with back-off all the same', async () => {
    const object = new PlannedObject();
    const { outcome } = await object.pass([step('EnsureA', [new TypeError('x is undefined')])]);
    expect(outcome).toMatchObject({ kind: 'retrying', afterMs: 5000 });
    expect(told(outcome)).toMatchObject({ code: 'InternalError', class: 'Bug' });
  });

  test('counts when it is the question whether it is done', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [], { isDone: () => Promise.reject(unreachable) });
    expect((await object.pass([failing])).outcome).toMatchObject({ kind: 'retrying' });
    expect(failing.attempts).toEqual([]);
  });

  test('does not wait longer because the clock was set back', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [unreachable, undefined]);
    await object.pass([failing]);
    object.clock.setWall(object.clock.now() - 86_400_000);
    expect((await object.pass([failing])).outcome).toEqual({ kind: 'done' });
  });

  test('can be skipped then', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full]);
    await object.pass([failing]);
    object.skip = ['EnsureA'];
    expect((await object.pass([failing])).outcome).toEqual({ kind: 'done' });
    expect(object.entry('EnsureA')).toMatchObject({ state: 'Skipped' });
    expect(object.entry('EnsureA')?.error).toBeUndefined();
  });

  test('no longer matters on a host that has left the spec', async () => {
    const object = new PlannedObject();
    await object.pass([step('EnsureA', [full], { targets: ['10.0.0.1'] })]);
    const { outcome } = await object.pass([step('EnsureA', [], { targets: ['10.0.0.2'] })]);
    expect(outcome).toEqual({ kind: 'done' });
    expect(object.journal).toEqual(['EnsureA@10.0.0.2 Done']);
  });

  test('leaves the details of the command in the journal, within the limits', async () => {
    class CommandError extends CodedError {
      readonly failure = {
        command: 'x'.repeat(planLimits.command + 1),
        exitCode: 2,
        signal: undefined,
        tail: `${'y'.repeat(planLimits.tail)}end`,
      };
    }
    const object = new PlannedObject();
    const failed = new CommandError(
      'CommandFailed',
      { class: 'Retryable', remedy: 'r'.repeat(2000) },
      '💥'.repeat(2000),
    );
    await object.pass([step('EnsureA', [failed])]);
    const error = object.entry('EnsureA')?.error;
    expect(error).toMatchObject({ code: 'CommandFailed', exitCode: 2 });
    expect(error?.command).toHaveLength(planLimits.command);
    expect(error?.tail).toHaveLength(planLimits.tail);
    expect(error?.tail).toMatch(/^….*end$/);
    expect(error?.remedy).toHaveLength(planLimits.message);
    expect(error?.message).toHaveLength(planLimits.message);
    expect(error?.message.isWellFormed()).toBe(true);
  });
});

describe('a step that needs its user', () => {
  test('on one host does not keep those from being looked at where it is at work', async () => {
    const object = new PlannedObject();
    const both: Step<undefined> = {
      name: 'EnsureBoth',
      targets: () => ['10.0.0.1', '10.0.0.2'],
      run: (_, { target }) =>
        target === '10.0.0.1' ? Promise.reject(full) : Promise.resolve({ message: 'it imports', retryAfterMs: 3_000 }),
    };
    expect((await object.pass([both])).outcome).toMatchObject({ kind: 'stalled', afterMs: 3_000 });
  });

  test('waits, and says how to have it tried again', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full, undefined], { targets: ['10.0.0.1'] });
    const first = await object.pass([failing]);
    expect(first.outcome.kind).toBe('stalled');
    await object.clock.advance(86_400_000);
    const later = await object.pass([failing]);
    expect(later.outcome.kind).toBe('stalled');
    expect(failing.attempts).toHaveLength(1);
    expect(told(later.outcome)).toEqual(told(first.outcome));
    expect(told(later.outcome)).toMatchObject({ code: 'DiskFull', class: 'NeedsUser' });
    expect(told(later.outcome).remedy).toMatch(
      /^Free space\. .*spec.*annotation platform\.tkestack\.io\/retry.*another value/,
    );
  });

  test('is tried again when the spec changes', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full, full, undefined]);
    await object.pass([failing]);
    object.generation = 2;
    expect((await object.pass([failing])).outcome.kind).toBe('stalled');
    expect((await object.pass([failing])).outcome.kind).toBe('stalled');
    expect(failing.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(object.state.plan?.generation).toBe(2);
    object.generation = 3;
    expect((await object.pass([failing])).outcome).toEqual({ kind: 'done' });
  });

  test('is tried again once for each value of the annotation', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full]);
    const passes = [undefined, 'now', 'now', undefined, 'again', `${'x'.repeat(5000)}1`, `${'x'.repeat(5000)}1`];
    const attempts: number[] = [];
    for (const retry of passes) {
      object.retry = retry;
      await object.pass([failing]);
      attempts.push(failing.attempts.length);
    }
    expect(attempts).toEqual([1, 2, 2, 2, 3, 4, 4]);
    expect(object.state.handledRetry?.length).toBeLessThanOrEqual(4096);
  });

  test('is tried again though the pass that heard of it was interrupted', async () => {
    const object = new PlannedObject();
    const failing = step('EnsureA', [full, undefined]);
    await object.pass([failing]);
    object.generation = 2;
    object.retry = 'now';
    await object.pass([failing], { interrupted: () => true });
    expect((await object.pass([failing])).outcome).toEqual({ kind: 'done' });
  });

  test('hides neither a wait nor another failure of its other hosts for good', async () => {
    const object = new PlannedObject();
    const answers = new Map<string, Error | undefined>([
      ['10.0.0.1', unreachable],
      ['10.0.0.2', full],
    ]);
    const answer = ({ target }: { target: string }) => {
      const error = answers.get(target);
      if (error !== undefined) {
        throw error;
      }
      return undefined;
    };
    const failing = step('EnsureA', [answer], { targets: [...answers.keys()] });
    expect(told((await object.pass([failing])).outcome).code).toBe('DiskFull');
    answers.set('10.0.0.2', undefined);
    object.retry = 'now';
    expect(told((await object.pass([failing])).outcome).code).toBe('HostUnreachable');
  });
});

test('the annotation ends a back-off, a change of the spec does not', async () => {
  const object = new PlannedObject();
  const failing = step('EnsureA', [unreachable]);
  await object.pass([failing]);
  object.generation = 2;
  await object.pass([failing]);
  expect(failing.attempts).toHaveLength(1);
  object.retry = 'now';
  await object.pass([failing]);
  expect(failing.attempts).toHaveLength(2);
});
