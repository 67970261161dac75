import { describe, expect, test } from '@jest/globals';

import { parseRequests } from './requests.ts';

const attributes = { verb: 'get', resource: 'pods', namespace: 'shop', name: 'web' };
const spec = { user: 'alice', groups: ['g'], extra: { tenantid: ['t'] }, resourceAttributes: attributes };
const read = { spec: { ...spec, resourceAttributes: { ...attributes, group: '', version: '', subresource: '' } } };

function reviews(value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  return parseRequests(text, 'file').map(({ review }) => review);
}

describe('requests are read from', () => {
  test.each([
    ['a spec', spec],
    ['a review', { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec }],
    ['a list of specs', [spec]],
    ['a List', { kind: 'List', items: [{ kind: 'SubjectAccessReview', spec }] }],
    ['a JSON a line', `${JSON.stringify(spec)}\n\n${JSON.stringify(spec)}\n`],
    [
      'YAML documents',
      `---\nuser: alice\ngroups: [g]\nextra: {tenantid: [t]}\nresourceAttributes: ${JSON.stringify(attributes)}\n---\n`,
    ],
  ])('%s', (_, value) => {
    expect(reviews(value)).toEqual([read]);
  });

  test('a path', () => {
    const nonResourceAttributes = { path: '/healthz', verb: 'get' };
    expect(reviews({ user: 'alice', nonResourceAttributes })[0]?.spec).toMatchObject({ nonResourceAttributes });
  });

  test('the decision log, among other lines, with tenant and cluster', () => {
    const line = {
      level: 'info',
      logger: 'decisions',
      msg: 'decision',
      user: 'alice',
      tenant: 't',
      groups: ['g'],
      cluster: 'cls-1',
      resource: { ...attributes, fieldSelector: [{ key: 'spec.tenantID', operator: 'In', values: ['t'] }] },
      decision: 'allow',
      reason: 'x',
      micros: 12,
      revision: '4821',
    };
    const other = { level: 'info', logger: 'server', msg: 'Listening' };
    const text = [line, other, { ...line, micros: 13 }, { ...line, cluster: null }].map((each) => JSON.stringify(each));
    const recorded = parseRequests(text.join('\n'), 'log');
    expect(recorded.map(({ count, review }) => [count, review.cluster])).toEqual([
      [2, 'cls-1'],
      [1, undefined],
    ]);
    expect(recorded[0]?.review.spec).toMatchObject({
      user: 'alice',
      extra: { 'tkestack.io/tenantid': ['t'] },
      resourceAttributes: { verb: 'get', fieldSelector: [{ key: 'spec.tenantID', operator: 'In', values: ['t'] }] },
    });
  });

  test('a review with a selector as the server writes it', () => {
    const fieldSelector = { requirements: [{ key: 'spec.tenantID', operator: 'In', values: ['t'] }] };
    const [review] = reviews({ ...spec, resourceAttributes: { ...attributes, fieldSelector } });
    expect(review?.spec.resourceAttributes?.fieldSelector).toEqual(fieldSelector.requirements);
  });
});

test.each([
  [[spec, 7], /file, document 1, item 2: no object/],
  [{ kind: 'SubjectAccessReview' }, /spec is missing/],
  [{ user: 'alice' }, /needs exactly one of/],
  [{ ...spec, nonResourceAttributes: { path: '/', verb: 'get' } }, /needs exactly one of/],
  [{ ...spec, resourceAttributes: { ...attributes, verb: '' } }, /verb is missing/],
  [{ ...spec, resourceAttributes: { verb: 'get' } }, /resource is missing/],
  [`${JSON.stringify(spec)}\n{"user": }`, /file, line 2: no JSON/],
  ['a: [', /file: /],
])('%j is refused, and where it stands is said', (value, message) => {
  expect(() => reviews(value)).toThrow(message);
  expect(() => reviews(value)).toThrow(expect.objectContaining({ code: 'FileInvalid' }));
});

test('a log of a hundred thousand lines is read in no time', () => {
  const line = JSON.stringify({ logger: 'decisions', user: 'alice', tenant: 't', resource: attributes });
  expect(parseRequests(`${line}\n`.repeat(100_000), 'log')).toMatchObject([{ count: 100_000 }]);
});
