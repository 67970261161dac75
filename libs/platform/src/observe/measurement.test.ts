import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { Measurement } from './measurement.ts';

/** A measurement that takes `tookMs`, and fails while `fails`. */
function subject(tookMs = 0) {
  const clock = new FakeClock();
  const measurement = new Measurement<number>(clock, 60_000);
  const state = { fails: false, count: 0 };
  const refresh = async () => {
    const done = measurement.refresh(async () => {
      state.count++;
      await clock.sleep(tookMs);
      if (state.fails) {
        throw new Error('refused');
      }
      return state.count;
    });
    await clock.advance(tookMs);
    await done;
  };
  return { clock, measurement, state, refresh };
}

test('is taken once in its interval, however often it is asked for', async () => {
  const { clock, measurement, refresh } = subject();
  await refresh();
  await clock.advance(59_999);
  await refresh();
  expect(measurement.value).toBe(1);
  await clock.advance(1);
  await refresh();
  expect(measurement.value).toBe(2);
});

test('a failure is told, leaves the value as it was, and is not repeated at once', async () => {
  const { clock, measurement, state, refresh } = subject();
  await refresh();
  state.fails = true;
  await clock.advance(60_000);
  await refresh();
  await refresh();
  expect([measurement.value, state.count]).toEqual([1, 2]);
  expect(measurement.error).toEqual(new Error('refused'));
  state.fails = false;
  await clock.advance(60_000);
  await refresh();
  expect([measurement.value, measurement.error]).toEqual([3, undefined]);
});

test('what takes long takes no more than a thirtieth of the time', async () => {
  const { clock, state, refresh } = subject(10_000);
  await refresh();
  await clock.advance(289_999);
  await refresh();
  expect(state.count).toBe(1);
  await clock.advance(1);
  await refresh();
  expect(state.count).toBe(2);
});

test('is taken again before its time when it is known to be old, and then not until it is so again', async () => {
  const { clock, measurement, refresh } = subject();
  await refresh();
  await clock.advance(5_000);
  measurement.expire();
  await refresh();
  await clock.advance(59_999);
  await refresh();
  expect(measurement.value).toBe(2);
});

test('what makes it old all the time has it taken every five seconds', async () => {
  const { clock, measurement, state, refresh } = subject();
  for (let tenth = 0; tenth < 300; tenth++) {
    measurement.expire();
    await refresh();
    await clock.advance(100);
  }
  expect(state.count).toBe(6);
});

test('what takes long takes no more than a thirtieth of the time when it is known to be old either', async () => {
  const { clock, measurement, state, refresh } = subject(1_000);
  await refresh();
  measurement.expire();
  await clock.advance(28_999);
  await refresh();
  expect(state.count).toBe(1);
  await clock.advance(1);
  await refresh();
  expect(state.count).toBe(2);
});

test('tells when it is to be asked for again because it is known to be old', async () => {
  const { clock, measurement, refresh } = subject();
  await refresh();
  expect(measurement.oldForMs).toBeUndefined();
  await clock.advance(2_000);
  measurement.expire();
  await refresh();
  expect([measurement.value, measurement.oldForMs]).toEqual([1, 3_000]);
  await clock.advance(3_000);
  await refresh();
  expect([measurement.value, measurement.oldForMs]).toEqual([2, undefined]);
});

test('how often may depend on what was found', async () => {
  const clock = new FakeClock();
  const measurement = new Measurement<number>(clock, (value = 0) => (value < 3 ? 1000 : 60_000));
  let taken = 0;
  for (let second = 0; second < 10; second++) {
    await measurement.refresh(() => Promise.resolve(++taken));
    await clock.advance(1000);
  }
  expect(taken).toBe(3);
});
