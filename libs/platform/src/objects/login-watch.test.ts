import { beforeEach, expect, test } from '@jest/globals';

import type { PlanOutcome } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';

import { LoginWatch } from './login-watch.ts';

const stalled: PlanOutcome = { kind: 'stalled', error: new Error('wrong password') };

let versions: Record<string, string>;
let watch: LoginWatch;

beforeEach(() => {
  versions = { login: '1', jump: '1' };
  const get = (_kind: unknown, { name }: { readonly name: string }) =>
    name in versions ? { metadata: { uid: name, resourceVersion: versions[name] } } : undefined;
  watch = new LoginWatch({ get } as unknown as CacheReader, 'tke-system');
});

const pass = (outcome: PlanOutcome, secrets = ['login', 'jump']) => {
  const seen = watch.seenBy('uid', secrets);
  seen.note(outcome);
  return seen.isMended;
};

test('a Secret that changes after the plan came to wait for its user mends it, once', () => {
  expect(pass(stalled)).toBe(false);
  expect(pass(stalled)).toBe(false);
  versions = { ...versions, jump: '2' };
  expect(pass(stalled)).toBe(true);
  expect(pass(stalled)).toBe(false);
});

test('so does one that is made anew, or taken instead', () => {
  pass(stalled);
  versions = { login: '1' };
  expect(pass(stalled)).toBe(true);
  expect(pass(stalled, ['login'])).toBe(true);
});

test('one that changed before, or while nothing waited, does not', () => {
  versions = { ...versions, login: '2' };
  expect(pass(stalled)).toBe(false);
  pass({ kind: 'done' });
  versions = { ...versions, login: '3' };
  expect(pass(stalled)).toBe(false);
});

test('of an object that is gone nothing is kept', () => {
  pass(stalled);
  watch.forget('uid');
  versions = { ...versions, jump: '2' };
  expect(pass(stalled)).toBe(false);
});

test('the one of another object is no matter', () => {
  pass(stalled);
  versions = { ...versions, other: '2' };
  expect(watch.seenBy('another', ['other']).isMended).toBe(false);
  expect(pass(stalled)).toBe(false);
});
