import { describe, expect, test } from '@jest/globals';
import { discardLogger } from '@tke/log';
import { codedErrors } from '@tke/errors';
import type { Kind, KubeObject } from '@tke/meta';

import type { Answer } from '../testing/https-client.ts';
import { RecordingLogger } from '@tke/log/testing';
import { runServer } from '../testing/running-server.ts';

import { admissionRoutes } from './routes.ts';
import type { AdmissionRequest, KindAdmission } from './types.ts';

interface Widget extends KubeObject {
  spec?: { size?: number; labels?: Record<string, string> };
}

const widget: Kind<Widget> = {
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

const stored: Widget = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w1', namespace: 'default', uid: 'u', resourceVersion: '1' },
  spec: { size: 1 },
};

const ending: Widget = {
  ...stored,
  metadata: { ...stored.metadata, finalizers: ['example.com/held'], deletionTimestamp: '2026-01-01T00:00:00Z' },
};

/** As a kube-apiserver 1.36 sends it. */
function review(overrides: Record<string, unknown> = {}): {
  apiVersion: string;
  kind: string;
  request: Record<string, unknown>;
} {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816',
      kind: { group: 'example.com', version: 'v1', kind: 'Widget' },
      resource: { group: 'example.com', version: 'v1', resource: 'widgets' },
      requestKind: { group: 'example.com', version: 'v1', kind: 'Widget' },
      requestResource: { group: 'example.com', version: 'v1', resource: 'widgets' },
      name: 'w1',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'alice', uid: '7', groups: ['dev'], extra: { 'tkestack.io/tenantid': ['default'] } },
      object: structuredClone(stored),
      oldObject: null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
      ...overrides,
    },
  };
}

async function admit(
  admission: Partial<KindAdmission<Widget>>,
  path: string,
  payload: unknown,
  logger = discardLogger,
) {
  await using running = await runServer({
    routes: admissionRoutes([{ kind: widget, ...admission }], { logger, timeoutMs: 200 }),
  });
  return await running.post(path, { payload }); // not before the server is disposed of
}

function decodedPatch({ body }: Answer): unknown {
  return JSON.parse(Buffer.from(body.response.patch as string, 'base64').toString());
}

const accept: Partial<KindAdmission<Widget>> = { validate: () => ({ problems: [], warnings: [] }) };

describe('/validate', () => {
  test('an admitted object is answered with the uid and nothing else', async () => {
    const answer = await admit(accept, '/validate/widgets.example.com', review());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816', allowed: true },
    });
  });

  test('the validation sees the request as the apiserver wrote it, frozen', async () => {
    let seen: AdmissionRequest<Widget> | undefined;
    const admission: Partial<KindAdmission<Widget>> = {
      validate: (request) => {
        seen = request;
        return { problems: [], warnings: [] };
      },
    };
    const update = { operation: 'UPDATE', oldObject: stored, dryRun: true, subResource: 'scale' };
    await admit(admission, '/validate/widgets.example.com', review(update));
    expect(seen).toEqual({
      uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816',
      operation: 'UPDATE',
      kind: { group: 'example.com', version: 'v1', kind: 'Widget' },
      name: 'w1',
      namespace: 'default',
      subResource: 'scale',
      userInfo: { username: 'alice', uid: '7', groups: ['dev'], extra: { 'tkestack.io/tenantid': ['default'] } },
      dryRun: true,
      object: stored,
      oldObject: stored,
    });
    expect(Object.isFrozen(seen?.object?.spec)).toBe(true);
  });

  test('all problems are in one denial, in words and as causes', async () => {
    const answer = await admit(
      {
        validate: () => ({
          problems: [
            {
              field: 'spec.policies[0]',
              value: 'pol-x',
              rule: 'must name a Policy of tenant "default"',
              remedy: 'create it first or correct the name',
              type: 'NotFound',
            },
            {
              field: 'spec.subjects',
              value: undefined,
              rule: 'must not be empty',
              remedy: 'name a user',
              type: 'Required',
            },
          ],
          warnings: ['spec.old is deprecated; use spec.new'],
        }),
      },
      '/validate/widgets.example.com',
      review(),
    );
    expect(answer.status).toBe(200);
    expect(answer.body.response).toEqual({
      uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816',
      allowed: false,
      warnings: ['spec.old is deprecated; use spec.new'],
      status: {
        metadata: {},
        status: 'Failure',
        code: 422,
        reason: 'Invalid',
        message:
          'Widget "w1" is invalid:\n' +
          '* spec.policies[0]: value "pol-x": must name a Policy of tenant "default"; create it first or correct the name\n' +
          '* spec.subjects: must not be empty; name a user',
        details: {
          group: 'example.com',
          kind: 'Widget',
          name: 'w1',
          causes: [
            {
              reason: 'FieldValueNotFound',
              field: 'spec.policies[0]',
              message: 'value "pol-x": must name a Policy of tenant "default"; create it first or correct the name',
            },
            { reason: 'FieldValueRequired', field: 'spec.subjects', message: 'must not be empty; name a user' },
          ],
        },
      },
    });
  });

  test('one problem is one line, and an object without a name is told by its generateName', async () => {
    const object = { ...stored, metadata: { generateName: 'w-' } };
    const problem = {
      field: 'spec.size',
      value: 0,
      rule: 'must be positive',
      remedy: 'use 1',
      type: 'Invalid' as const,
    };
    const answer = await admit(
      { validate: () => ({ problems: [problem], warnings: [] }) },
      '/validate/widgets.example.com',
      review({ object, name: undefined }),
    );
    expect(answer.body.response.status.message).toBe(
      'Widget "w-*" is invalid: spec.size: value 0: must be positive; use 1',
    );
  });

  test('ten thousand problems and a megabyte of value make a bounded denial', async () => {
    const problems = Array.from({ length: 10_000 }, (_, index) => ({
      field: `spec.actions[${index}]`,
      value: 'x'.repeat(100_000),
      rule: 'must be an action',
      remedy: 'correct it',
      type: 'Invalid' as const,
    }));
    const answer = await admit(
      { validate: () => ({ problems, warnings: [] }) },
      '/validate/widgets.example.com',
      review(),
    );
    expect(JSON.stringify(answer.body).length).toBeLessThan(100_000);
    const { message, details } = answer.body.response.status;
    expect(message).toMatch(/\n\* spec\.actions\[100\]: this and 9899 more are not shown$/);
    expect(details.causes).toHaveLength(101); // kubectl prints the causes
  });

  test.each([
    [
      'one that is being deleted and loses its finalizer',
      {
        operation: 'UPDATE',
        oldObject: ending,
        object: { ...ending, metadata: { ...ending.metadata, finalizers: [] } },
      },
    ],
    ['one that is deleted again', { operation: 'DELETE', object: null, oldObject: ending }],
    ['its status', { operation: 'UPDATE', oldObject: stored, subResource: 'status' }],
  ])('%s is admitted unseen', async (_what, overrides) => {
    const never = () => {
      throw new Error('must not be asked');
    };
    const admission = { validate: never, default: never };
    expect((await admit(admission, '/validate/widgets.example.com', review(overrides))).body.response.allowed).toBe(
      true,
    );
    expect((await admit(admission, '/mutate/widgets.example.com', review(overrides))).body.response).not.toHaveProperty(
      'patch',
    );
  });

  test.each([
    ['its spec', { spec: { size: 2 } }],
    ['what other kinds have at the top level', { secretRef: { name: 'other' } }],
  ])('one that is being deleted is validated when somebody changes %s', async (_what, change) => {
    const problem = { field: 'spec', value: 2, rule: 'must stay', remedy: 'leave it', type: 'Forbidden' as const };
    const admission = { validate: () => ({ problems: [problem], warnings: [] }) };
    const changed = review({ operation: 'UPDATE', oldObject: ending, object: { ...ending, ...change } });
    expect((await admit(admission, '/validate/widgets.example.com', changed)).body.response.allowed).toBe(false);
  });

  test('a deletion is validated by the stored object', async () => {
    const admission: Partial<KindAdmission<Widget>> = {
      validate: ({ object, oldObject }) => ({
        problems: [],
        warnings: [`${typeof object} ${oldObject?.metadata.name ?? ''}`],
      }),
    };
    const answer = await admit(
      admission,
      '/validate/widgets.example.com',
      review({ operation: 'DELETE', object: null, oldObject: stored }),
    );
    expect(answer.body.response.warnings).toEqual(['undefined w1']);
  });

  const errors = codedErrors({ CacheNotStarted: { class: 'Retryable', remedy: 'Wait until the manager is ready.' } });
  test.each<[string, KindAdmission<Widget>['validate'], RegExp]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      /^Widget "w1" could not be checked: boom \(InternalError\); .*log/,
    ],
    ['rejects', () => Promise.reject(new Error('boom')), /could not be checked: boom \(InternalError\); /],
    [
      'rejects with a code and a remedy',
      () => Promise.reject(errors.CacheNotStarted('no rules yet')),
      /no rules yet \(CacheNotStarted\); Wait until the manager is ready\./,
    ],
    [
      'writes to the object',
      ({ object }) => (((object as Widget).spec!.size = 2), { problems: [], warnings: [] }),
      /read only/,
    ],
    ['never ends', () => new Promise(() => undefined), /took longer than 200 ms \(DeadlineExceeded\); Retry/],
  ])('a validation that %s denies with code 500 and says what to do', async (_what, validate, message) => {
    const logger = new RecordingLogger();
    const answer = await admit({ validate: validate! }, '/validate/widgets.example.com', review(), logger);
    expect(answer.status).toBe(200); // anything else is "admitted" under failurePolicy: Ignore
    expect(answer.body.response).toMatchObject({
      uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816',
      allowed: false,
      status: { code: 500, reason: 'InternalError', message: expect.stringMatching(message) },
    });
    expect(logger.at('error')).toHaveLength(1);
  });
});

describe('/mutate', () => {
  test('the defaults are sent as a patch of what was sent in', async () => {
    const admission: Partial<KindAdmission<Widget>> = {
      default: ({ object }) => ({ ...(object as Widget), spec: { ...object?.spec, labels: { 'a/b': 'c' } } }),
    };
    const answer = await admit(admission, '/mutate/widgets.example.com', review());
    expect(answer.body.response).toEqual({
      uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816',
      allowed: true,
      patchType: 'JSONPatch',
      patch: expect.any(String),
    });
    expect(decodedPatch(answer)).toEqual([{ op: 'add', path: '/spec/labels', value: { 'a/b': 'c' } }]);
  });

  test.each<[string, KindAdmission<Widget>['default']]>([
    ['nothing to change', () => undefined],
    ['the same object', ({ object }) => object],
    ['an equal one', ({ object }) => structuredClone(object)],
  ])('%s is answered without a patch', async (_what, defaults) => {
    const answer = await admit({ default: defaults! }, '/mutate/widgets.example.com', review());
    expect(answer.body.response).toEqual({ uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816', allowed: true });
  });

  test('fields that the defaulting does not know are kept', async () => {
    const object = { ...stored, spec: { size: 1, newerField: { a: 1 } } };
    const admission: Partial<KindAdmission<Widget>> = {
      default: (request) => ({ ...(request.object as Widget), spec: { ...request.object?.spec, size: 5 } }),
    };
    const answer = await admit(admission, '/mutate/widgets.example.com', review({ object }));
    expect(decodedPatch(answer)).toEqual([{ op: 'replace', path: '/spec/size', value: 5 }]);
  });

  test('warnings about the object as it was sent are passed on', async () => {
    const admission: Partial<KindAdmission<Widget>> = {
      default: () => undefined,
      warn: ({ name }) => [`status of ${name} is not stored`],
    };
    const answer = await admit(admission, '/mutate/widgets.example.com', review());
    expect(answer.body.response).toMatchObject({
      allowed: true,
      warnings: [expect.stringMatching(/^status of .* is not stored$/)],
    });
  });

  test('a deletion has nothing to default', async () => {
    const admission: Partial<KindAdmission<Widget>> = {
      default: () => {
        throw new Error('must not be asked');
      },
    };
    const answer = await admit(
      admission,
      '/mutate/widgets.example.com',
      review({ operation: 'DELETE', object: null, oldObject: stored }),
    );
    expect(answer.body.response.allowed).toBe(true);
  });

  test('only kinds with defaults are mutated, only kinds with a validation validated', () => {
    expect(admissionRoutes([{ kind: widget, ...accept }], { logger: discardLogger }).map(({ path }) => path)).toEqual([
      '/validate/widgets.example.com',
    ]);
    expect(
      admissionRoutes([{ kind: widget, default: () => undefined }], { logger: discardLogger }).map(({ path }) => path),
    ).toEqual(['/mutate/widgets.example.com']);
  });
});

describe('a malformed review is answered 400, never with a decision', () => {
  test.each<[string, unknown, string[]]>([
    ['a list', [], []],
    ['an empty object', {}, ['apiVersion', 'kind', 'request']],
    ['v1beta1', { ...review(), apiVersion: 'admission.k8s.io/v1beta1' }, ['apiVersion']],
    ['another kind of review', { ...review(), kind: 'ConversionReview' }, ['kind']],
    ['no request', { ...review(), request: null }, ['request']],
    ['no uid', review({ uid: '' }), ['request.uid']],
    ['an unknown operation', review({ operation: 'PATCH' }), ['request.operation']],
    [
      'wrong types everywhere',
      review({ uid: 7, name: {}, dryRun: 'yes', userInfo: { groups: 'dev', extra: { a: 'b' } } }),
      ['request.uid', 'request.userInfo.groups', 'request.userInfo.extra["a"]', 'request.name', 'request.dryRun'],
    ],
    ['a creation without an object', review({ object: null }), ['request.object']],
    ['an update without the old object', review({ operation: 'UPDATE' }), ['request.oldObject']],
    ['an object without metadata', review({ object: { spec: {} } }), ['request.object']],
    [
      'another kind than is served there',
      review({ kind: { group: 'example.com', version: 'v1', kind: 'Gadget' } }),
      [],
    ],
    ['another version', review({ kind: { group: 'example.com', version: 'v2', kind: 'Widget' } }), []],
  ])('%s', async (_what, payload, fields) => {
    const answer = await admit(accept, '/validate/widgets.example.com', payload);
    expect(answer).toMatchObject({ status: 400, body: { kind: 'Status', code: 400, reason: 'BadRequest' } });
    const causes = (answer.body.details?.causes ?? []) as { field: string }[];
    expect(causes.map(({ field }) => field).sort()).toEqual([...fields].sort());
  });

  test('unknown fields are ignored', async () => {
    const payload = { ...review({ newField: { a: 1 } }), another: [] };
    expect((await admit(accept, '/validate/widgets.example.com', payload)).body.response.allowed).toBe(true);
  });
});
