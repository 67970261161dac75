import { describe, expect, test } from '@jest/globals';
import { decide } from '../decide/decide.ts';
import { everyDomain, type RuleSpec } from '../rows/row.ts';
import { rowOf } from './entries.ts';
import { RuleIndex } from './rule-index.ts';

const allowPods = p('pol-a', '*', 'getPod');
const bind = g('t##user##ann', 'pol-a');

function p(policy: string, object: string, action: string, effect = 'allow'): RuleSpec {
  return { ptype: 'p', v0: policy, v1: '*', v2: object, v3: action, v4: effect };
}

function g(member: string, role: string, domain = everyDomain): RuleSpec {
  return { ptype: 'g', v0: member, v1: role, v2: domain };
}

function answer(index: RuleIndex, action = 'getPod'): string {
  return decide(index, { subjects: ['t##user##ann'], domain: '', object: 'pod:x', action, verb: 'get' }).kind;
}

test('a decision follows every single change', () => {
  const index = new RuleIndex();
  expect(answer(index)).toBe('noOpinion');
  index.upsert('r1', allowPods);
  expect(answer(index)).toBe('noOpinion');
  index.upsert('r2', bind);
  expect(answer(index)).toBe('allow');
  index.upsert('r3', p('pol-a', 'pod:*', '*', 'deny'));
  expect(answer(index)).toBe('deny');
  index.remove('r3');
  expect(answer(index)).toBe('allow');
  index.upsert('r1', p('pol-a', '*', 'listPods'));
  expect(answer(index)).toBe('noOpinion');
  expect(answer(index, 'listPods')).toBe('allow');
  index.remove('r2');
  expect(answer(index, 'listPods')).toBe('noOpinion');
});

test('of two Rules with the same row, either may go', () => {
  const index = new RuleIndex();
  index.upsert('r1', allowPods, 'Policy/pol-a');
  index.upsert('r2', allowPods, 'CustomPolicyBinding/ns/pol-a');
  index.upsert('b1', bind, 'PolicyBinding/a');
  index.upsert('b2', bind, 'PolicyBinding/b');
  index.remove('r2');
  index.remove('b1');
  expect(answer(index)).toBe('allow');
  index.remove('b2');
  expect(answer(index)).toBe('noOpinion');
});

describe('defective rows', () => {
  test('are listed and disturb nobody', () => {
    const index = new RuleIndex();
    index.upsert('r1', allowPods);
    index.upsert('b1', bind);
    expect(index.upsert('bad', { ...allowPods, ptype: 'q' }, 'Policy/bad')).toHaveLength(1);
    index.upsert('worse', p('pol-a', 'a/:/b', 'get,list', 'deny'));
    expect(index.defects().map(({ name, source }) => [name, source])).toEqual([
      ['bad', 'Policy/bad'],
      ['worse', undefined],
    ]);
    expect([answer(index), index.size]).toEqual(['allow', 2]);
  });

  test('a row that turns bad is withdrawn, and comes back when it is mended', () => {
    const index = new RuleIndex();
    index.upsert('r1', allowPods);
    index.upsert('b1', bind);
    index.upsert('r1', p('pol-a', '*', 'get|list'));
    expect([answer(index), index.defects().length]).toEqual(['noOpinion', 1]);
    index.upsert('r1', allowPods);
    expect([answer(index), index.defects().length]).toEqual(['allow', 0]);
    index.upsert('r1', { ptype: '' });
    expect(index.remove('r1')).toBe(true);
    expect(index.defects()).toEqual([]);
  });
});

test('a row told twice is one, and a row of another source is told with that source', () => {
  const index = new RuleIndex();
  index.upsert('b1', bind);
  index.upsert('r1', allowPods, 'Policy/pol-a');
  index.upsert('r1', allowPods, 'Policy/pol-a');
  expect([index.size, index.remove('unknown')]).toEqual([2, false]);
  index.upsert('r1', allowPods, 'Policy/pol-b');
  const request = { subjects: ['t##user##ann'], domain: '', object: 'pod:x', action: 'getPod', verb: 'get' } as const;
  expect(decide(index, request)).toMatchObject({ by: { rule: { source: 'Policy/pol-b' } } });
});

test('rows removed in any order leave the answers of those that stay', () => {
  const index = new RuleIndex();
  index.upsert('b', bind);
  const actions = ['getPod', 'get*', '*Pod', '*', 'GETPOD', 'listPods'];
  const rules = actions.flatMap((action) => ['pod:*', 'pod:x', 'secret:*'].map((object) => p('pol-a', object, action)));
  rules.forEach((rule, at) => index.upsert(`r${at}`, rule));
  const order = rules.map((_, at) => (at * 7) % rules.length);
  for (const [done, at] of order.entries()) {
    index.remove(`r${at}`);
    const left = order.slice(done + 1).map((each) => rules[each]);
    const allowed = left.some((rule) => rule?.v2 !== 'secret:*' && rule?.v3 !== 'listPods');
    expect(answer(index)).toBe(allowed ? 'allow' : 'noOpinion');
  }
  expect([index.size, index.policy('pol-a')]).toEqual([1, undefined]);
});

test('the rows in use can be told, each once', () => {
  const index = new RuleIndex();
  index.upsert('r1', allowPods, 'Policy/pol-a');
  index.upsert('r2', allowPods);
  index.upsert('b1', bind);
  index.upsert('gone', bind);
  index.upsert('bad', { ...allowPods, ptype: 'q' });
  index.upsert('b1', g('t##user##ann', 'pol-b', 'prj-a'));
  index.remove('gone');
  expect(Array.from(index.entries(), (entry) => [entry.name, entry.source, rowOf(entry)])).toEqual([
    ['r1', 'Policy/pol-a', { kind: 'p', policy: 'pol-a', object: '*', action: 'getPod', effect: 'allow' }],
    ['r2', undefined, { kind: 'p', policy: 'pol-a', object: '*', action: 'getPod', effect: 'allow' }],
    ['b1', undefined, { kind: 'g', member: 't##user##ann', role: 'pol-b', domain: 'prj-a' }],
  ]);
});

test('a member of many projects holds in each what the link of that project says, whichever come and go', () => {
  const index = new RuleIndex();
  index.upsert('p', allowPods);
  const projects = Array.from({ length: 30 }, (_, at) => `prj-${at}`);
  const allowedIn = () =>
    projects.filter((domain) => {
      const request = { subjects: ['t##user##ann'], domain, object: 'pod:x', action: 'getPod', verb: 'get' } as const;
      return decide(index, request).kind === 'allow';
    });
  const held = new Set<string>();
  const toggle = (project: string) => {
    const name = `b-${project}`;
    if (held.delete(project)) {
      index.remove(name);
    } else {
      held.add(project);
      index.upsert(name, g('t##user##ann', 'pol-a', project));
    }
    expect(allowedIn()).toEqual(projects.filter((each) => held.has(each)));
    expect(index.links(project, 't##user##ann') !== undefined).toBe(held.has(project));
  };
  projects.slice(0, 6).forEach(toggle);
  projects.slice(2, 5).forEach(toggle);
  projects.forEach(toggle);
  projects.forEach(toggle);
  projects.slice(0, 6).forEach(toggle);
  expect([index.size, held.size]).toEqual([1 + held.size, 3]);
});

test('of several links in one project, each may go without the others', () => {
  const index = new RuleIndex();
  index.upsert('p1', p('pol-a', '*', 'getPod'));
  index.upsert('p2', p('pol-b', '*', 'listPods'));
  index.upsert('b1', g('t##user##ann', 'pol-a', 'prj-a'));
  index.upsert('b2', g('t##user##ann', 'pol-b', 'prj-a'));
  const held = () =>
    ['getPod', 'listPods'].filter((action) => {
      const request = { subjects: ['t##user##ann'], domain: 'prj-a', object: 'pod:x', action, verb: 'get' } as const;
      return decide(index, request).kind === 'allow';
    });
  expect(held()).toEqual(['getPod', 'listPods']);
  index.remove('b2');
  expect(held()).toEqual(['getPod']);
  index.upsert('b2', g('t##user##ann', 'pol-b', 'prj-a'));
  index.remove('b1');
  expect(held()).toEqual(['listPods']);
});

test('100,000 rows come and go without leaving anything behind', () => {
  const index = new RuleIndex();
  const fill = (act: (name: string, spec: RuleSpec) => void) => {
    for (let at = 0; at < 50_000; at += 1) {
      act(`p${at}`, p(`pol-${at % 1_000}`, `namespace:n${at % 50}/*`, `act${at}`));
      act(`g${at}`, g(`t##user##u${at % 5_000}`, `pol-${at % 1_000}`, `prj-${at}`));
    }
  };
  fill((name, spec) => index.upsert(name, spec, `Policy/${spec.v0}`));
  expect(index.size).toBe(100_000);
  expect(index.interned).toBeGreaterThan(50_000);
  fill((name) => index.remove(name));
  expect([index.size, index.interned, index.policy('pol-1'), index.links('prj-1', 't##user##u1')]).toEqual([
    0,
    0,
    undefined,
    undefined,
  ]);
});
