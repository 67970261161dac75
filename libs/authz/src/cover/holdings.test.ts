import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { decide, mayAllow } from '../decide/decide.ts';
import { reservedWord } from '../decide/verbs.ts';
import { RuleIndex } from '../index/rule-index.ts';
import { compilePattern } from '../pattern/compile.ts';
import { matches } from '../pattern/match.ts';
import { fold } from '../pattern/pattern.ts';
import { groupKey, userKey } from '../rows/keys.ts';
import { callerOf } from '../sar/caller.ts';
import { requestOf } from '../sar/request.ts';
import { WorkBudget } from './work.ts';
import { Holder, type TenantUser } from './holder.ts';
import { Holdings } from './holdings.ts';

type RowText = readonly [action: string, object: string];

const work = () => new WorkBudget(1e9);
const rows = (texts: readonly RowText[]) =>
  texts.map(([action, object]) => ({ action: compilePattern(action), object: compilePattern(object) }));

function missing(row: RowText, held: readonly RowText[], denied: readonly RowText[] = []): string {
  const statement = { actions: [row[0]], resources: [row[1]] };
  return new Holdings(rows(held), rows(denied), work()).missing(statement).first[0]?.why ?? 'held';
}

test.each<[row: RowText, held: RowText[], denied: RowText[], expected: string]>([
  [['getPod', 'namespace:a/pod:*'], [['get*', '*']], [], 'held'],
  [['getPod', '*'], [['get*', 'namespace:*']], [], 'notHeld'],
  [['get*', '*'], [['getPod', '*']], [], 'notHeld'],
  // One row must cover it: the action of one and the object of another do not.
  [
    ['getPod', 'pod:a'],
    [
      ['get*', 'pod:b'],
      ['list*', '*'],
    ],
    [],
    'notHeld',
  ],
  [['*', '*'], [['*', '*']], [], 'held'],
  // What only a pattern that spells it out gives.
  [['bindPolicy', '*'], [['*', '*']], [], 'notHeld'],
  [['bind*', '*'], [['*', '*']], [], 'notHeld'],
  [['*Policy', '*'], [['*', '*']], [], 'held'],
  [['bindPolicy', 'policy:pol-a'], [['bind*', '*']], [], 'held'],
  [['impersonateUser', '*'], [['impersonate*', '*']], [], 'held'],
  [['impersonate:user-info*', '*'], [['impersonate*', '*']], [], 'notHeld'],
  [['impersonate*', '*'], [['impersonateUser', '*']], [], 'notHeld'],
  [['createServiceaccountToken', '*'], [['create*', '*']], [], 'notHeld'],
  [['createServiceaccount*', '*'], [['create*', '*']], [], 'held'],
  [['somethingNew*', '*'], [['*', '*']], [], 'notHeld'],
  [['somethingNew*', '*'], [['somethingNew*', '*']], [], 'held'],
  // What is denied is not to be handed out.
  [['*', '*'], [['*', '*']], [['*Secret*', 'namespace:a/secret:db']], 'denied'],
  [['getPod', '*'], [['*', '*']], [['*Secret*', '*']], 'held'],
  [['getSecret', 'namespace:b/*'], [['*', '*']], [['*Secret*', 'namespace:a/*']], 'held'],
  // A deny of a name is a deny of the collection, in all namespaces too.
  [['listPods', 'pod:*'], [['*', '*']], [['*Pod*', 'namespace:a/pod:db']], 'denied'],
  // A deny of the plural is a deny of the watch, whose action is singular.
  [['watchPolicy', '*'], [['*', '*']], [['watchPolicies', '*']], 'denied'],
])('%j of one who holds %j and is denied %j: %s', (row, held, denied, expected) => {
  expect(missing(row, held, denied)).toBe(expected);
});

test('tells the first five rows of a statement and how many there are', () => {
  const actions = ['getPod', 'listPods', 'watchPod'];
  const holdings = new Holdings(rows([['getPod', 'pod:a']]), [], work());
  const { first, count } = holdings.missing({ actions, resources: ['pod:a', 'pod:b', 'pod:c'] });
  expect(count).toBe(8);
  expect(first.map(({ action, object }) => `${action} ${object}`)).toEqual([
    'getPod pod:b',
    'getPod pod:c',
    'listPods pod:a',
    'listPods pod:b',
    'listPods pod:c',
  ]);
});

describe('whoever holds a row', () => {
  const reviews = fc.record({
    verb: fc.constantFrom(
      ...['get', 'list', 'watch', 'create', 'delete', 'deletecollection'],
      ...['bind', 'escalate', 'use', 'impersonate', 'impersonate:user-info', 'attest'],
    ),
    resource: fc.constantFrom('pods', 'secrets', 'policies', 'serviceaccounts', 'users', 'endpoints'),
    subresource: fc.constantFrom('', '', 'exec', 'token', 'status'),
    namespace: fc.constantFrom('', 'a', 'b'),
    name: fc.constantFrom('', 'x', 'pol-a'),
  });
  const seeds = fc.array(fc.nat(1_000), { minLength: 2, maxLength: 2 });

  /** Patterns that match the text, or nearly. */
  function about(text: string, seed: number): string {
    const cut = seed % (text.length + 1);
    const shapes = [
      text,
      '*',
      `${text.slice(0, cut)}*`,
      `*${text.slice(cut)}`,
      `${text.slice(0, cut >> 1)}*${text.slice(cut)}`,
      `*${text.slice(cut >> 1, cut)}*`,
      text.replace(/\/[^/]*$/, '/:any'),
      text.replace(/[^:]*$/, 'x'),
      `namespace:a/${text}`,
    ];
    return shapes[(seed >> 3) % shapes.length]?.replaceAll(/\*+/g, '*') ?? text;
  }

  test('may do himself all that the row allows', () => {
    let held = 0;
    let reserved = 0;
    fc.assert(
      fc.property(
        fc.array(seeds, { minLength: 1, maxLength: 3 }),
        fc.array(seeds, { maxLength: 2 }),
        seeds,
        reviews,
        (allowSeeds, denySeeds, rowSeeds, resourceAttributes) => {
          const asked = requestOf({ resourceAttributes }, { projects: { projectOf: () => undefined } });
          const row = ([action = 0, object = 0]: readonly number[]): RowText => [
            about(asked.action, action),
            about(asked.object, object),
          ];
          const plural = ([action = 0, object = 0]: readonly number[]): RowText => [
            about(asked.deniedAs ?? asked.action, action),
            about(asked.object, object),
          ];
          const [allowed, denied, granted] = [allowSeeds.map(row), denySeeds.map(plural), row(rowSeeds)];
          const index = new RuleIndex();
          const write = (texts: readonly RowText[], v4: string) =>
            texts.forEach(([v3, v2], at) => index.upsert(`${v4}${at}`, { ptype: 'p', v0: 'pol', v1: '*', v2, v3, v4 }));
          write(allowed, 'allow');
          write(denied, 'deny');
          index.upsert('g', { ptype: 'g', v0: 'bob', v1: 'pol', v2: '*' });
          const request = { ...asked, subjects: ['bob'] as [string] };
          const rule = { action: compilePattern(granted[0]), object: compilePattern(granted[1]) };
          const gives =
            mayAllow(rule as never, request) &&
            matches(rule.action, fold(request.action)) &&
            matches(rule.object, fold(request.object));
          if (!gives || index.defects().length > 0 || missing(granted, allowed, denied) !== 'held') {
            return true;
          }
          held += 1;
          reserved += reservedWord(request) === undefined ? 0 : 1;
          return decide(index, request).kind === 'allow';
        },
      ),
      { numRuns: 30_000 },
    );
    expect({ enough: held > 700, reserved: reserved > 150 }).toEqual({ enough: true, reserved: true });
  });
});

describe('a holder', () => {
  const bob = callerOf({ user: 'bob', groups: ['tenant:t', 'devs'] }) as TenantUser;
  const setup = () => {
    const index = new RuleIndex();
    const g = (member: string, role: string, domain = '*') =>
      index.upsert(`${member} ${role} ${domain}`, { ptype: 'g', v0: member, v1: role, v2: domain });
    const p = (policy: string, action: string, object = '*', effect = 'allow') =>
      index.upsert(`${policy} ${action} ${object}`, {
        ptype: 'p',
        v0: policy,
        v1: '*',
        v2: object,
        v3: action,
        v4: effect,
      });
    const holder = (administers = false) => new Holder(bob, administers, index, work());
    const ask = (action: string, domain = '*', purpose: 'give' | 'lift' = 'give', administers = false) =>
      holder(administers)
        .holdingsIn(domain, purpose)
        .missing({ actions: [action], resources: ['*'] }).first[0]?.why ?? 'held';
    return { g, p, holder, ask };
  };
  const me = userKey('t', 'bob');

  test('holds in a project what he holds there and everywhere, through groups too', () => {
    const { g, p, ask } = setup();
    p('pol-a', 'getPod');
    p('pol-b', 'listPods');
    g(me, 'pol-a');
    g(groupKey('t', 'devs'), 'pol-b', 'prj-1');
    expect([ask('getPod'), ask('getPod', 'prj-1'), ask('listPods'), ask('listPods', 'prj-1')]).toEqual([
      'held',
      'held',
      'notHeld',
      'held',
    ]);
  });

  test('must not hand out everywhere what is denied to him in one project', () => {
    const { g, p, ask } = setup();
    p('pol-all', '*');
    p('pol-no', '*Pod*', '*', 'deny');
    g(me, 'pol-all');
    g(groupKey('t', 'devs'), 'pol-no', 'prj-1');
    expect([ask('getPod'), ask('getPod', 'prj-1'), ask('getPod', 'prj-2')]).toEqual(['denied', 'denied', 'held']);
  });

  test('is not kept from giving by what is denied to everyone, and is from lifting it', () => {
    const { g, p, ask } = setup();
    p('pol-all', '*');
    p('pol-no', '*Pod*', '*', 'deny');
    g(me, 'pol-all');
    g(userKey('t', '*'), 'pol-no');
    expect([ask('getPod'), ask('getPod', '*', 'lift')]).toEqual(['held', 'denied']);
  });

  test('who administers the tenant holds all that is ordinary', () => {
    const { g, p, ask } = setup();
    expect([ask('*', '*', 'give', true), ask('bindPolicy', '*', 'give', true)]).toEqual(['held', 'notHeld']);
    p('pol-no', '*Pod*', '*', 'deny');
    g(me, 'pol-no');
    expect(ask('*', '*', 'give', true)).toBe('denied');
  });

  test('has a power only by a row that names it and where that row counts', () => {
    const { g, p, holder } = setup();
    const power = (name: string, domain = '*', administers = false) =>
      holder(administers).hasOneOf([{ verb: 'bind', group: 'auth.tkestack.io', resource: 'policies', name }], domain);
    p('pol-all', '*');
    g(me, 'pol-all');
    expect([power('pol-x'), power('pol-x', '*', true)]).toEqual([false, false]);
    p('pol-bind', 'bindPolicy', 'policy:pol-x');
    g(me, 'pol-bind', 'prj-1');
    expect([power('pol-x', 'prj-1'), power('pol-y', 'prj-1'), power('pol-x')]).toEqual([true, false, false]);
  });
});
