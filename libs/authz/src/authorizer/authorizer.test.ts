import { describe, expect, test } from '@jest/globals';
import { everyoneKey, userKey } from '../rows/keys.ts';
import { getPod, setup } from './testing/fixture.ts';

test('before everything is read there is no answer', () => {
  const { ask, state } = setup();
  state.ready = false;
  expect(() => ask('ann', getPod)).toThrow(expect.objectContaining({ code: 'RulesNotSynced' }));
});

test('a review that asks nothing is an error and no answer', () => {
  const { authorizer } = setup();
  expect(() => authorizer.verdict({ user: 'ann', groups: ['tenant:t'] })).toThrow('exactly one');
});

/** Of tenant t. */
const own = { cluster: 'cls-own' };

describe('realm', () => {
  test('who has no tenant, or one that does not exist, is left to the others', () => {
    const { authorizer, ask } = setup();
    // Case 46 of TKEStack's conversion, which denied it.
    const account = { user: 'system:serviceaccount:kube-system:x', groups: ['system:serviceaccounts'] };
    expect(authorizer.verdict({ ...account, resourceAttributes: { verb: 'get', resource: 'pods' } }).kind).toBe(
      'noOpinion',
    );
    expect(ask('ann', getPod, {}, 'gone')).toBe('noOpinion');
    expect(ask('ann', getPod, {}, 'other')).toBe('noOpinion');
  });
});

describe('administrators', () => {
  test('need no rows, but reserved verbs must be granted by name', () => {
    const { ask, rules } = setup();
    const impersonate = { verb: 'impersonate', resource: 'users', name: 'bob' };
    expect([ask('root', getPod, own), ask('root', impersonate, own)]).toEqual(['allow', 'noOpinion']);
    rules.upsert('lend', {
      ptype: 'p',
      v0: userKey('t', 'root'),
      v1: '*',
      v2: '*user:b*',
      v3: 'impersonateUser',
      v4: 'allow',
    });
    expect(ask('root', impersonate, own)).toBe('allow');
  });

  test('rows that deny hold for them too', () => {
    const { ask, rules } = setup();
    rules.upsert('no', { ptype: 'p', v0: everyoneKey('t'), v1: '*', v2: '*pod:x', v3: 'get*', v4: 'deny' });
    expect([ask('root', getPod), ask('root', { ...getPod, name: 'y' })]).toEqual(['deny', 'allow']);
  });
});
