import { expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { OwnWrites } from './own-writes.ts';

const object = (resourceVersion: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Namespace' },
  metadata: { name: 'web', uid: 'u', resourceVersion },
});
const key = { name: 'web' };

test('what was written counts until the watch has brought it, or something newer', () => {
  const own = new OwnWrites(new FakeClock());
  expect(own.newest(object('1'))).toEqual(object('1'));
  own.note(object('9'));
  expect(own.newest(object('1'))).toEqual(object('9'));
  expect(own.newest(object('10'))).toEqual(object('10'));
});

test('what was made counts where nothing is known yet, in its scope only, and not when it is gone', () => {
  const own = new OwnWrites(new FakeClock());
  own.note(object('9'), 'cls-a namespaces');
  expect(own.newestAt(key, 'cls-a namespaces', undefined)).toEqual(object('9'));
  expect(own.newestAt(key, 'cls-b namespaces', undefined)).toBeUndefined();
  expect(own.newest(object('1'))).toEqual(object('1'));
  own.forget(key, 'cls-a namespaces');
  expect(own.newestAt(key, 'cls-a namespaces', undefined)).toBeUndefined();
});

test('a watch that never brings it is believed in the end', async () => {
  const clock = new FakeClock();
  const own = new OwnWrites(clock);
  own.note(object('5'));
  await clock.advance(5_000);
  own.note(object('9'));
  await clock.advance(5_000);
  expect(own.newest(object('1'))).toEqual(object('9'));
  await clock.advance(5_000);
  expect(own.newest(object('1'))).toEqual(object('1'));
});
