import { describe, expect, test } from '@jest/globals';
import type { SubjectAccessReviewSpec, SubjectAccessReviewStatus } from '@tke/meta';

import { makeCa, makeClientPair } from '../testing/certificates.ts';
import { runServer } from '../testing/running-server.ts';

import { subjectAccessReviewRoutes } from './routes.ts';
import type { AuthorizeContext, Authorizer } from './types.ts';

interface Call {
  readonly spec: SubjectAccessReviewSpec;
  readonly context: AuthorizeContext;
}

class ScriptedAuthorizer implements Authorizer {
  readonly calls: Call[] = [];
  readonly #answer: () => SubjectAccessReviewStatus | Promise<SubjectAccessReviewStatus>;
  readonly #ready: boolean;

  constructor(answer: () => SubjectAccessReviewStatus | Promise<SubjectAccessReviewStatus>, ready = true) {
    this.#answer = answer;
    this.#ready = ready;
  }

  ready(): boolean {
    return this.#ready;
  }

  authorize(
    spec: SubjectAccessReviewSpec,
    context: AuthorizeContext,
  ): SubjectAccessReviewStatus | Promise<SubjectAccessReviewStatus> {
    this.calls.push({ spec, context });
    return this.#answer();
  }
}

/** As a kube-apiserver 1.36 sends it. */
const resourceSpec = {
  user: 'alice',
  groups: ['dev', 'system:authenticated'],
  extra: { 'tkestack.io/tenantid': ['default'] },
  uid: '7',
  resourceAttributes: {
    namespace: 'default',
    verb: 'list',
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    fieldSelector: { requirements: [{ key: 'spec.tenantID', operator: 'In', values: ['default'] }] },
  },
};
const review = (spec: unknown, apiVersion = 'authorization.k8s.io/v1') => ({
  apiVersion,
  kind: 'SubjectAccessReview',
  metadata: { creationTimestamp: null },
  spec,
  status: { allowed: false },
});

async function ask(authorizer: Authorizer, payload: unknown, path = '/auth/authz') {
  await using running = await runServer({ routes: subjectAccessReviewRoutes(authorizer, { timeoutMs: 200 }) });
  return await running.post(path, { payload }); // not before the server is disposed of
}

const allowing = () => new ScriptedAuthorizer(() => ({ allowed: true, reason: 'policy pol-1' }));

describe('a decision', () => {
  test.each<[string, SubjectAccessReviewStatus]>([
    ['allow', { allowed: true, reason: 'policy pol-1' }],
    ['deny', { allowed: false, denied: true, reason: 'policy pol-2' }],
    ['no opinion', { allowed: false }],
  ])('%s is passed on', async (_what, status) => {
    const answer = await ask(new ScriptedAuthorizer(() => Promise.resolve(status)), review(resourceSpec));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', status });
  });

  test('is about exactly what was asked', async () => {
    const authorizer = allowing();
    await ask(authorizer, review(resourceSpec));
    expect(authorizer.calls[0]?.spec).toEqual({
      user: 'alice',
      uid: '7',
      groups: ['dev', 'system:authenticated'],
      extra: { 'tkestack.io/tenantid': ['default'] },
      resourceAttributes: {
        namespace: 'default',
        verb: 'list',
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        subresource: '',
        name: '',
        fieldSelector: [{ key: 'spec.tenantID', operator: 'In', values: ['default'] }],
      },
    });
    expect(authorizer.calls[0]?.context).toMatchObject({ peer: undefined, signal: expect.any(AbortSignal) });
    expect(authorizer.calls[0]?.context.cluster).toBeUndefined();
  });

  test('about a path outside of resources', async () => {
    const authorizer = allowing();
    await ask(
      authorizer,
      review({ user: 'alice', nonResourceAttributes: { path: '/metrics', verb: 'get' }, resourceAttributes: null }),
    );
    expect(authorizer.calls[0]?.spec).toEqual({
      user: 'alice',
      uid: '',
      groups: [],
      extra: {},
      nonResourceAttributes: { path: '/metrics', verb: 'get' },
    });
  });

  test('v1beta1 keeps the groups in "group" and is answered in kind', async () => {
    const authorizer = allowing();
    const { groups, ...rest } = resourceSpec;
    const answer = await ask(
      authorizer,
      review({ ...rest, group: groups, groups: ['ignored'] }, 'authorization.k8s.io/v1beta1'),
    );
    expect(authorizer.calls[0]?.spec.groups).toEqual(groups);
    expect(answer.body.apiVersion).toBe('authorization.k8s.io/v1beta1');
  });

  test('v1 does not take "group" for groups', async () => {
    const authorizer = allowing();
    await ask(authorizer, review({ ...resourceSpec, groups: null, group: ['system:masters'] }));
    expect(authorizer.calls[0]?.spec.groups).toEqual([]);
  });

  test('unknown fields, and "__proto__" among them, change nothing', async () => {
    const authorizer = allowing();
    const text = JSON.stringify(review({ ...resourceSpec, newField: { a: 1 } })).replace(
      '"newField"',
      '"__proto__":{"user":"root"},"newField"',
    );
    expect((await ask(authorizer, text)).status).toBe(200);
    expect(authorizer.calls[0]?.spec).not.toHaveProperty('newField');
    expect(authorizer.calls[0]?.spec.user).toBe('alice');
  });

  test('knows the member cluster by the path and the caller by its certificate', async () => {
    const authorizer = allowing();
    const clientCa = await makeCa('client-ca');
    const { certPem: cert, keyPem: key } = await makeClientPair(clientCa, 'cluster:cls-1', ['tke:clusters']);
    await using running = await runServer({
      routes: subjectAccessReviewRoutes(authorizer),
      clientCa: clientCa.certPem,
    });
    await running.post('/auth/authz/clusters/cls-1', { cert, key, payload: review(resourceSpec) });
    expect(authorizer.calls[0]?.context).toMatchObject({
      cluster: 'cls-1',
      peer: { commonName: 'cluster:cls-1', organizations: ['tke:clusters'] },
    });
  });
});

describe('without a decision the answer is 503 and no Retry-After, so that failurePolicy applies at once', () => {
  const never = () => new Promise<SubjectAccessReviewStatus>(() => undefined);
  test.each<[string, Authorizer, RegExp]>([
    ['not ready', new ScriptedAuthorizer(() => ({ allowed: true }), false), /rules are not loaded yet/],
    [
      'throws',
      new ScriptedAuthorizer(() => {
        throw new Error('index is broken');
      }),
      /index is broken/,
    ],
    ['rejects', new ScriptedAuthorizer(() => Promise.reject(new Error('index is broken'))), /index is broken/],
    ['hangs', new ScriptedAuthorizer(never), /took longer than 200 ms/],
  ])('%s', async (_what, authorizer, message) => {
    const answer = await ask(authorizer, review(resourceSpec));
    expect(answer.status).toBe(503);
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(answer.body).toMatchObject({
      kind: 'Status',
      code: 503,
      reason: 'ServiceUnavailable',
      message: expect.stringMatching(message),
    });
    expect(answer.body).not.toHaveProperty('status.allowed');
  });
});

describe('a malformed review is answered 400 with every field at fault', () => {
  const long = 'x'.repeat(2000);
  test.each<[string, unknown, string[]]>([
    ['a string', '"review"', []],
    ['an empty object', {}, ['apiVersion', 'kind', 'spec']],
    ['another version', review(resourceSpec, 'authorization.k8s.io/v2'), ['apiVersion']],
    ['a version that is a property of every object', review(resourceSpec, 'constructor'), ['apiVersion']],
    ['another kind', { ...review(resourceSpec), kind: 'TokenReview' }, ['kind']],
    ['no spec', review(undefined), ['spec']],
    ['neither user nor groups, nor attributes', review({}), ['spec.user', 'spec.resourceAttributes']],
    [
      'both kinds of attributes',
      review({ ...resourceSpec, nonResourceAttributes: {} }),
      ['spec.nonResourceAttributes'],
    ],
    ['attributes that are a list', review({ user: 'a', resourceAttributes: [] }), ['spec.resourceAttributes']],
    [
      'wrong types',
      review({ ...resourceSpec, user: 1, groups: [1, 'a', null], extra: { a: [1] } }),
      ['spec.user', 'spec.groups[0]', 'spec.groups[2]', 'spec.extra["a"][0]'],
    ],
    [
      'wrong types in the attributes',
      review({
        user: 'a',
        resourceAttributes: { verb: true, fieldSelector: { requirements: ['x', { values: 'y' }] } },
      }),
      [
        'spec.resourceAttributes.verb',
        'spec.resourceAttributes.fieldSelector.requirements[0]',
        'spec.resourceAttributes.fieldSelector.requirements[1].values',
      ],
    ],
    [
      'strings beyond bounds',
      review({ user: long, groups: [long], resourceAttributes: { name: long } }),
      ['spec.user', 'spec.groups[0]', 'spec.resourceAttributes.name'],
    ],
    [
      'lists and maps beyond bounds',
      review({
        user: 'a',
        groups: Array.from({ length: 5000 }, () => 'g'),
        extra: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [index, []])),
        resourceAttributes: {},
      }),
      ['spec.groups', 'spec.extra'],
    ],
  ])('%s', async (_what, payload, fields) => {
    const authorizer = allowing();
    const answer = await ask(authorizer, payload);
    expect(answer).toMatchObject({ status: 400, body: { kind: 'Status', code: 400, reason: 'BadRequest' } });
    const causes = (answer.body.details?.causes ?? []) as { field: string }[];
    expect(causes.map(({ field }) => field).sort()).toEqual([...fields].sort());
    expect(answer.body.message).toContain(fields[0] ?? 'not a JSON object');
    expect(authorizer.calls).toEqual([]);
  });

  test('thousands of faults make a short answer', async () => {
    const answer = await ask(allowing(), review({ ...resourceSpec, groups: Array.from({ length: 4000 }, () => 1) }));
    expect(answer.body.message).toMatch(/and 3980 more/);
    expect(answer.body.details.causes).toHaveLength(20);
  });

  test('a body above one megabyte is 413', async () => {
    const answer = await ask(allowing(), review({ ...resourceSpec, padding: 'x'.repeat(1024 * 1024) }));
    expect(answer.status).toBe(413);
  });
});
