import { describe, expect, test } from '@jest/globals';
import { RuleIndex } from '../index/rule-index.ts';
import type { NameShape } from '../pattern/overlap.ts';
import { everyDomain } from '../rows/row.ts';
import { decide } from './decide.ts';
import { maxReasonLength, reasonOf } from './decision.ts';
import type { AccessRequest } from './request.ts';
import { reservedWord } from './verbs.ts';

const ann = 't##user##ann';
const everyone = 't##user##*';

type Line = readonly ['p', string, string, string, string] | readonly ['g', string, string, string?];

function rules(...lines: readonly Line[]): RuleIndex {
  const index = new RuleIndex();
  lines.forEach((line, at) => {
    const [ptype, v0, second, third = ptype === 'g' ? everyDomain : '', v4 = ''] = line;
    const spec =
      ptype === 'p' ? { ptype, v0, v1: '*', v2: second, v3: third, v4 } : { ptype, v0, v1: second, v2: third };
    if (index.upsert(`r${at}`, spec, `Source/${at}`).length > 0) {
      throw new Error(`row ${at} of the test is defective`);
    }
  });
  return index;
}

function inNames(...texts: string[]): NameShape {
  return { texts: [...texts, ''], names: 'dns' };
}

function ask(index: RuleIndex, request: Partial<AccessRequest>): string {
  return decide(index, {
    subjects: [ann, everyone],
    domain: '',
    object: 'namespace:n/secret:db',
    action: 'getSecret',
    verb: 'get',
    ...request,
  }).kind;
}

describe('deny', () => {
  test('a personal deny is not outweighed by an allow for everyone', () => {
    const index = rules(
      ['p', 'pol-all', '*', '*', 'allow'],
      ['p', 'pol-no', '*secret:db', '*', 'deny'],
      ['g', everyone, 'pol-all'],
      ['g', ann, 'pol-no'],
    );
    expect(ask(index, {})).toBe('deny');
    expect(ask(index, { object: 'namespace:n/secret:other' })).toBe('allow');
    expect(ask(index, { subjects: ['t##user##bob', everyone] })).toBe('allow');
  });

  const collections = rules(
    ['p', 'pol', '*', '*', 'allow'],
    ['p', 'pol', 'namespace:n/secret:db', '*', 'deny'],
    ['g', ann, 'pol'],
  );
  const listed = { action: 'listSecrets', verb: 'list', object: 'namespace:n/secret:*' };
  const everywhere = [inNames('secret:'), inNames('namespace:', '/secret:')];

  test.each<[string, Partial<AccessRequest>, string]>([
    ['a list that includes it', { ...listed, members: [inNames('namespace:n/secret:')] }, 'deny'],
    ['a watch that includes it', { ...listed, verb: 'watch', members: [inNames('namespace:n/secret:')] }, 'deny'],
    ['a list of all namespaces', { ...listed, object: 'secret:*', members: everywhere }, 'deny'],
    [
      'a list elsewhere',
      { ...listed, object: 'namespace:m/secret:*', members: [inNames('namespace:m/secret:')] },
      'allow',
    ],
    ['a create, which names nothing', { ...listed, action: 'createSecret', verb: 'create' }, 'allow'],
  ])('a deny on a name stops %s: %s', (_name, request, expected) => {
    expect(ask(collections, request)).toBe(expected);
  });

  test.each([
    ['watchPod', 'deny'],
    ['watchPods', 'deny'],
    ['watch*', 'deny'],
    ['listPods', 'allow'],
  ])('a deny on %s and a watch of pods: %s', (action, expected) => {
    const index = rules(['p', 'pol', '*', '*', 'allow'], ['p', 'pol', '*pod:db', action, 'deny'], ['g', ann, 'pol']);
    const watch = { action: 'watchPod', deniedAs: 'watchPods', verb: 'watch', object: 'namespace:n/pod:*' };
    expect(ask(index, { ...watch, members: [inNames('namespace:n/pod:')] })).toBe(expected);
  });

  test('an allow on a name does not open the collection', () => {
    const index = rules(['p', 'pol', 'namespace:n/secret:db', '*', 'allow'], ['g', ann, 'pol']);
    expect(ask(index, { ...listed, members: [inNames('namespace:n/secret:')] })).toBe('noOpinion');
  });
});

describe('reserved verbs', () => {
  test.each([
    ['*', 'noOpinion'],
    ['*User', 'noOpinion'],
    ['impersonat*', 'noOpinion'],
    ['impersonate*', 'allow'],
    ['Impersonate*', 'allow'],
    ['impersonateUser', 'allow'],
  ])('impersonateUser by %s: %s', (action, expected) => {
    const index = rules(['p', 'pol', '*', action, 'allow'], ['g', ann, 'pol']);
    expect(ask(index, { verb: 'impersonate', action: 'impersonateUser', object: 'user:bob' })).toBe(expected);
  });

  test('a deny need not spell them out', () => {
    const index = rules(['p', 'pol', '*', 'impersonate*', 'allow'], ['p', 'pol', '*', '*', 'deny'], ['g', ann, 'pol']);
    expect(ask(index, { verb: 'impersonate', action: 'impersonateUser', object: 'user:bob' })).toBe('deny');
  });

  test.each([
    'impersonate',
    'bind',
    'escalate',
    'approve',
    'sign',
    'attest',
    'use',
    'impersonate-on:user-info:get',
    '*',
    '',
  ])('%j is one', (verb) => {
    expect(reservedWord({ verb, action: `${verb}Thing` })).toBe(verb);
  });

  test.each(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'post'])(
    '%s is none',
    (verb) => {
      expect(reservedWord({ verb, action: `${verb}Thing` })).toBeUndefined();
    },
  );
});

describe('grants that TKEStack loses', () => {
  test('a project policy granted to a group', () => {
    const index = rules(
      ['g', ann, 't##group##grp-a'],
      ['g', 't##group##grp-a', 'pol-prj', 'prj-a'],
      ['p', 'pol-prj', '*', 'get*', 'allow'],
    );
    expect(ask(index, { domain: 'prj-a' })).toBe('allow');
    expect(ask(index, { domain: 'prj-b' })).toBe('noOpinion');
    expect(ask(index, {})).toBe('noOpinion');
  });

  test('a policy held only through a role, in a project and everywhere', () => {
    const index = rules(
      ['g', ann, 'rol-a', 'prj-a'],
      ['g', 'rol-a', 'pol-x', 'prj-a'],
      ['g', ann, 'rol-b'],
      ['g', 'rol-b', 'pol-y'],
      ['p', 'pol-x', '*', 'getSecret', 'allow'],
      ['p', 'pol-y', '*', 'getPod', 'allow'],
    );
    expect([ask(index, { domain: 'prj-a' }), ask(index, {})]).toEqual(['allow', 'noOpinion']);
    expect(ask(index, { domain: 'prj-a', action: 'getPod' })).toBe('allow');
  });

  test('a group the directory tells, without any membership row', () => {
    const index = rules(['g', 't##group##devs', 'pol'], ['p', 'pol', '*', '*', 'allow']);
    expect(ask(index, { subjects: [ann, everyone, 't##group##devs'] })).toBe('allow');
  });
});

test('a policy beyond the depth limit is not held', () => {
  const hops = Array.from({ length: 10 }, (_, at): Line => ['g', at === 0 ? ann : `n${at}`, `n${at + 1}`]);
  const index = rules(...hops, ['p', 'n10', '*', '*', 'allow'], ['g', 'n10', 'n11'], ['p', 'n11', '*', '*', 'deny']);
  expect(ask(index, {})).toBe('allow');
});

describe('the reason', () => {
  const index = rules(
    ['g', ann, 'rol-a', 'prj-a'],
    ['g', 'rol-a', 'pol-x'],
    ['p', 'pol-x', 'namespace:n/*', 'get*', 'allow'],
  );
  const request: AccessRequest = {
    subjects: [ann, everyone],
    domain: 'prj-a',
    object: 'namespace:n/secret:db',
    action: 'getSecret',
    verb: 'get',
  };

  test('names policy, row, bindings and their sources', () => {
    expect(reasonOf(decide(index, request), request)).toBe(
      'policy "pol-x" allows "getSecret" on "namespace:n/secret:db" in project "prj-a" by row "p, pol-x, *, namespace:n/*, get*, allow" ' +
        '[Rule/r2 of Source/2], held as t##user##ann -> rol-a [prj-a; Rule/r0 of Source/0] -> pol-x [*; Rule/r1 of Source/1]',
    );
  });

  test('says who lacks what', () => {
    const other = { ...request, action: 'deleteSecret' };
    expect(reasonOf(decide(index, other), other)).toBe(
      'no policy of "t##user##ann" allows "deleteSecret" on "namespace:n/secret:db" in project "prj-a" (1 considered)',
    );
  });

  test('is one bounded line, whatever was asked', () => {
    const hostile = {
      ...request,
      object: `namespace:n/secret:\n\u001b[2J${'x'.repeat(10_000)}`,
      domain: 'y'.repeat(10_000),
    };
    const reason = reasonOf(decide(index, hostile), hostile);
    expect(reason.length).toBeLessThanOrEqual(maxReasonLength);
    expect(reason).not.toMatch(/\p{Cc}/u);
  });
});
