import { describe, expect, test } from '@jest/globals';
import { decide } from '../decide/decide.ts';
import type { AccessRequest } from '../decide/request.ts';
import { RuleIndex } from '../index/rule-index.ts';
import { builtinModel } from './builtin-model.ts';
import { CasbinEngine } from './casbin-engine.ts';
import { engineOf } from './engine.ts';
import { parseModel } from './parse-model.ts';

const request: AccessRequest = {
  subjects: ['t##user##ann', 't##user##*'],
  domain: 'prj-a',
  object: 'namespace:n/pod:x',
  action: 'getPod',
  verb: 'get',
};

function index(...rows: readonly (readonly string[])[]): RuleIndex {
  const rules = new RuleIndex();
  rows.forEach(([ptype = '', v0 = '', v1 = '', v2 = '', v3 = '', v4 = ''], at) => {
    expect(rules.upsert(`r${at}`, { ptype, v0, v1, v2, v3, v4 })).toEqual([]);
  });
  return rules;
}

function withMatcher(matcher: string): string {
  return builtinModel.replace(/m = .*/, `m = ${matcher}`);
}

describe('parseModel', () => {
  test('knows the built-in model however it is spaced and commented', () => {
    const spaced = builtinModel
      .replaceAll(' = ', '=')
      .replaceAll('&& ', '&&\\\n  ')
      .replace('[matchers]', '# rules\n[matchers]');
    expect(parseModel(spaced).kind).toBe('builtin');
    expect(engineOf(builtinModel)).toBe(decide);
  });

  test.each([
    ['no model at all', 'hello', 'cannot read'],
    ['a section missing', builtinModel.replace(/\[matchers\][^]*/, ''), 'matchers'],
    ['two matchers', `${builtinModel}m2 = r.sub == p.sub\n`, 'm2'],
    ['an unknown request token', builtinModel.replace('r = sub, dom', 'r = sub, domain'), 'must consist of sub, dom'],
    [
      'an unknown policy token',
      builtinModel.replace('act, eft', 'act, priority'),
      'must consist of sub, dom, obj, act, eft',
    ],
    ['roles of four columns', builtinModel.replace('_, _, _', '_, _, _, _'), '"_, _"'],
    ['an effect by priority', builtinModel.replace(/e = .*/, 'e = priority(p.eft) || deny'), 'must be "some'],
    [
      'an effect that allows without a row',
      builtinModel.replace(/e = .*/, 'e = !some(where (p.eft == deny))'),
      'must be "some',
    ],
    ['a backtracking function', withMatcher('g(r.sub, p.sub, r.dom) && regexMatch(r.obj, p.obj)'), 'regexMatch'],
    ['code of the rows', withMatcher('eval(p.obj)'), 'eval'],
    ['methods', withMatcher('r.sub.match(p.sub)'), 'match'],
    ['a broken matcher', withMatcher('g(r.sub, p.sub, r.dom) &&'), 'cannot be evaluated'],
    ['an unknown name', withMatcher('p.sub && nothing'), 'cannot be evaluated'],
    ['a matcher that reads no row', withMatcher('r.sub == r.sub'), 'reads nothing of p'],
    ['roles that are not defined', builtinModel.replace(/\[role_definition\]\s*g = .*/, ''), 'cannot be evaluated'],
  ])('refuses %s', (_name, text, about) => {
    expect(() => engineOf(text)).toThrow(
      expect.objectContaining({ code: 'ModelInvalid', message: expect.stringContaining(about) }),
    );
  });
});

describe('a model of one’s own', () => {
  test('may leave out projects and roles', () => {
    const engine = engineOf(
      ['[request_definition]', 'r = sub, obj, act', '[policy_definition]', 'p = sub, obj, act, eft', '[policy_effect]']
        .concat(['e = some(where (p.eft == allow))', '[matchers]', 'm = r.sub == p.sub && keyMatch(r.obj, p.obj)'])
        .join('\n'),
    );
    const rules = index(
      ['p', 't##user##ann', '*', 'namespace:n/*', 'getPod', 'allow'],
      ['p', 'pol', '*', '*', '*', 'allow'],
    );
    expect(engine(rules, request)).toMatchObject({
      kind: 'allow',
      by: { subject: 't##user##ann', rule: { name: 'r0' }, path: [] },
    });
    expect(engine(rules, { ...request, subjects: ['t##user##bob'] }).kind).toBe('noOpinion');
  });

  test('may ask for grants of all projects only', () => {
    const engine = engineOf(withMatcher('g(r.sub, p.sub, p.dom) && keyMatchCustom(r.act, p.act)'));
    const rules = index(
      ['g', 't##user##ann', 'pol-prj', 'prj-a'],
      ['g', 't##user##ann', 'pol-all', '*'],
      ['p', 'pol-prj', '*', '*', 'getPod', 'allow'],
      ['p', 'pol-all', '*', '*', 'listPods', 'allow'],
    );
    expect(engine(rules, request).kind).toBe('noOpinion');
    expect(engine(rules, { ...request, action: 'listPods', verb: 'list' }).kind).toBe('allow');
  });

  test('may ask for grants that hold in the project and everywhere', () => {
    const engine = engineOf(withMatcher('g(r.sub, p.sub, r.dom) && g(r.sub, p.sub, p.dom)'));
    const rules = index(['g', 't##user##ann', 'pol', 'prj-a'], ['p', 'pol', '*', '*', '*', 'allow']);
    expect(engine(rules, request).kind).toBe('noOpinion');
    rules.upsert('everywhere', { ptype: 'g', v0: 't##user##ann', v1: 'pol', v2: '*' });
    expect(engine(rules, request).kind).toBe('allow');
  });

  test('cannot hand out reserved verbs by a star, nor list what is denied by name', () => {
    const engine = engineOf(withMatcher('g(r.sub, p.sub, r.dom) && keyMatchCustom(r.obj, p.obj)'));
    const rules = index(
      ['g', 't##user##ann', 'pol', '*'],
      ['p', 'pol', '*', '*', '*', 'allow'],
      ['p', 'pol', '*', 'namespace:n/secret:db', '*', 'deny'],
    );
    expect(engine(rules, { ...request, action: 'impersonateUser', verb: 'impersonate', object: 'user:bob' }).kind).toBe(
      'noOpinion',
    );
    const list = { ...request, action: 'listSecrets', verb: 'list', object: 'namespace:n/secret:*' };
    expect(
      engine(rules, { ...list, members: [{ texts: ['namespace:n/secret:', ''], names: 'dns' as const }] }),
    ).toMatchObject({
      kind: 'deny',
      by: { rule: { name: 'r2' } },
    });
  });

  test('does not count denies as grants when it has no effect column', () => {
    const text = builtinModel.replace(', eft', '').replace(/e = .*/, 'e = some(where (p.eft == allow))');
    const rules = index(['g', 't##user##ann', 'pol', '*'], ['p', 'pol', '*', '*', '*', 'deny']);
    expect(engineOf(text)(rules, request).kind).toBe('noOpinion');
  });
});

test('keeps nothing of one decision for the next', () => {
  const parsed = parseModel(withMatcher('g(r.sub, p.sub, r.dom) && keyMatchCustom(r.obj, p.obj) && r.act == p.act'));
  if (parsed.kind === 'builtin') {
    throw new Error('the test needs another model');
  }
  const engine = new CasbinEngine(parsed.model);
  const rules = index(['g', 't##user##ann', 'pol', 'prj-a'], ['p', 'pol', '*', '*', 'getPod', 'allow']);
  expect(engine.decide(rules, request).kind).toBe('allow');
  expect(engine.decide(rules, { ...request, domain: 'prj-b' }).kind).toBe('noOpinion');
  expect(engine.decide(rules, { ...request, subjects: ['t##user##bob'] }).kind).toBe('noOpinion');
  rules.remove('r0');
  expect(engine.decide(rules, request).kind).toBe('noOpinion');
  expect(parsed.model.model.get('p')?.get('p')?.policy).toEqual([]);
});
