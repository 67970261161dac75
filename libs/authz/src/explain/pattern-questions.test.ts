import { expect, test } from '@jest/globals';

import { compareVerdicts } from './compare.ts';
import { compareAnswers, everythingBy, patternQuestions } from './pattern-questions.ts';
import { world } from './testing/world.ts';

type World = ReturnType<typeof world>;

/** Two worlds that share a beginning. */
function change(common: (w: World) => void, before: (w: World) => void, after: (w: World) => void) {
  const [now, then] = [world(), world()];
  [now, then].forEach(common);
  before(now);
  after(then);
  const asked = patternQuestions(now.rules, then.rules);
  const changes = compareAnswers(now, then, asked.questions).map(
    ({ question: { subject, request }, before: was, after: is }) =>
      `${subject.kind} ${subject.name}${request.domain && ` in ${request.domain}`}: ${request.action} on ${request.object}: ${was.kind} -> ${is.kind}`,
  );
  return { now, then, asked: asked.questions.length, changes };
}

const nothing = () => undefined;

test('a changed row is asked of everybody who reaches it, where they do', () => {
  const { changes, asked } = change(
    (w) => {
      w.link(w.user('bob'), w.group('dev'));
      w.link(w.group('dev'), 'pol-a', 'prj-1');
      w.link(w.user('eve'), 'pol-a');
      w.link(w.user('zoe'), 'pol-other');
    },
    (w) => w.allow('pol-a', 'namespace:*', 'getPod'),
    (w) => w.allow('pol-a', 'namespace:*', 'listPods'),
  );
  expect(changes.sort()).toEqual([
    'group dev in prj-1: getPod on namespace:*: allow -> noOpinion',
    'group dev in prj-1: listPods on namespace:*: noOpinion -> allow',
    'user bob in prj-1: getPod on namespace:*: allow -> noOpinion',
    'user bob in prj-1: listPods on namespace:*: noOpinion -> allow',
    'user eve: getPod on namespace:*: allow -> noOpinion',
    'user eve: listPods on namespace:*: noOpinion -> allow',
  ]);
  expect(asked).toBe(6);
});

test('a changed link is asked about all that is behind it', () => {
  const { changes } = change(
    (w) => {
      w.link('rol-a', 'pol-a');
      w.allow('pol-a', '*', 'getPod');
      w.deny('pol-a', '*', 'getSecret');
      w.link(w.user('bob'), w.group('dev'));
    },
    nothing,
    (w) => w.link(w.group('dev'), 'rol-a', 'prj-1'),
  );
  expect(changes.sort()).toEqual([
    'group dev in prj-1: getPod on *: noOpinion -> allow',
    'group dev in prj-1: getSecret on *: noOpinion -> deny',
    'user bob in prj-1: getPod on *: noOpinion -> allow',
    'user bob in prj-1: getSecret on *: noOpinion -> deny',
  ]);
});

test('links of two projects do not follow each other', () => {
  const { asked } = change(
    (w) => {
      w.link(w.user('bob'), 'rol-a', 'prj-1');
      w.link('rol-a', 'pol-a', 'prj-2');
    },
    nothing,
    (w) => w.allow('pol-a', '*', 'getPod'),
  );
  expect(asked).toBe(0);
});

test('what another row says as well is asked, and no change', () => {
  const { changes, asked } = change(
    (w) => {
      w.allow('pol-wide', '*', 'get*');
      w.link(w.user('bob'), 'pol-wide');
      w.link(w.user('bob'), 'pol-a');
    },
    nothing,
    (w) => w.allow('pol-a', 'namespace:*', 'getPod'),
  );
  expect([asked, changes]).toEqual([1, []]);
});

test('cycles end', () => {
  const { asked } = change(
    (w) => {
      w.link('rol-a', 'rol-b');
      w.link('rol-b', 'rol-a');
      w.link(w.user('bob'), 'rol-b');
    },
    nothing,
    (w) => w.allow('rol-a', '*', 'getPod'),
  );
  expect(asked).toBe(1);
});

test('an administrator loses nothing by a row, and everything by the end of the office', () => {
  const { now, then, changes } = change(
    (w) => w.allow('pol-a', '*', 'getPod'),
    (w) => w.link(w.user('root'), 'pol-a'),
    (w) => w.tenants.setTenant('t', []),
  );
  expect(changes).toEqual(['user root: getPod on *: allow -> noOpinion']);
  then.tenants.setTenant('t', ['root']);
  const asked = patternQuestions(now.rules, then.rules).questions;
  expect(compareAnswers(now, then, asked)).toEqual([]);
  then.tenants.setTenant('t', ['eve']);
  const office = ['root', 'eve'].map((name) => everythingBy({ tenant: 't', kind: 'user', name }));
  expect(compareAnswers(now, then, office).map(({ before, after }) => [before.kind, after.kind])).toEqual([
    ['allow', 'noOpinion'],
    ['noOpinion', 'allow'],
  ]);
});

test('more questions than the limit are cut off, and that is said', () => {
  const [now, then] = [world(), world()];
  for (let at = 0; at < 9; at += 1) {
    then.allow('pol-a', '*', `get${at}`);
  }
  then.link(then.user('bob'), 'pol-a');
  expect(patternQuestions(now.rules, then.rules, 5)).toMatchObject({ questions: { length: 5 }, truncated: true });
  expect(patternQuestions(now.rules, then.rules, 9)).toMatchObject({ questions: { length: 9 }, truncated: false });
});

test('recorded requests are compared by their answers, with projects and tenants as they then are', () => {
  const [now, then] = [world(), world()];
  for (const w of [now, then]) {
    w.link(w.user('bob'), 'pol-all', 'prj-a');
  }
  const review = { spec: now.spec('bob', { verb: 'get', resource: 'pods', namespace: 'ns-a', name: 'x' }) };
  expect(compareVerdicts(now, then, [review])).toEqual([]);
  then.projects.set(undefined, 'ns-a', 'prj-b');
  expect(compareVerdicts(now, then, [review])).toMatchObject([
    { review, before: { kind: 'allow' }, after: { kind: 'noOpinion' } },
  ]);
});
