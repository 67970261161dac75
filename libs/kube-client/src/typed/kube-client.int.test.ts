import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { uniqueName, waitFor } from '@tke/envtest';
import { coreKinds, type ConfigMap, type Kind, type KubeObject } from '@tke/meta';

import type { Client } from '../client.ts';
import { isAlreadyExists, isConflict, isForbidden, isInvalid, isNotFound, type KubeApiError } from '../errors.ts';
import { impersonating } from '../impersonate.ts';
import { installWidgets, newNamespace, realClient, type Widget } from '../testing/real-server.ts';

jest.setTimeout(120_000);

const { configMap } = coreKinds;

let client: Client;
let namespace: string;
let widget: Kind<Widget>;

beforeAll(async () => {
  client = await realClient();
  [namespace, widget] = await Promise.all([newNamespace(client), installWidgets(client)]);
});

afterAll(() => client.close());

function newConfigMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

function newWidget(name: string, spec: Widget['spec']): Widget {
  return { apiVersion: `${widget.group}/v1`, kind: 'Widget', metadata: { namespace, name }, spec };
}

async function refusal(call: Promise<unknown>): Promise<KubeApiError> {
  return (await call.then(
    () => undefined,
    (error: unknown) => error,
  )) as KubeApiError;
}

describe('one object', () => {
  test('is created, read, changed and deleted', async () => {
    const key = { namespace, name: 'life' };
    const created = await client.create(configMap, newConfigMap('life', { a: '1' }), { fieldManager: 'me' });
    expect(created.metadata).toMatchObject({ uid: expect.any(String), managedFields: [{ manager: 'me' }] });
    expect(await client.get(configMap, key)).toEqual(created);

    const updated = await client.update(configMap, { ...created, data: { a: '2', b: '3' } });
    expect(isConflict(await refusal(client.update(configMap, created)))).toBe(true);

    await client.patch(configMap, key, { type: 'merge', body: { data: { a: null } } });
    await client.patch(configMap, key, { type: 'strategic', body: { data: { c: '4' } } });
    const patched = await client.patch(configMap, key, {
      type: 'json',
      operations: [
        { op: 'test', path: '/data/b', value: '3' },
        { op: 'replace', path: '/data/b', value: '5' },
      ],
    });
    expect(patched.data).toEqual({ b: '5', c: '4' });

    const outdated = { preconditions: { resourceVersion: updated.metadata.resourceVersion! } };
    expect(isConflict(await refusal(client.delete(configMap, key, outdated)))).toBe(true);
    expect(await client.delete(configMap, key, { preconditions: { uid: created.metadata.uid! } })).toBeUndefined();
    expect(isNotFound(await refusal(client.get(configMap, key)))).toBe(true);
  });

  test('gets a name from the server, and refuses to be made twice', async () => {
    const { metadata } = await client.create(configMap, {
      ...newConfigMap(''),
      metadata: { namespace, generateName: 'generated-' },
    });
    expect(metadata.name).toMatch(/^generated-/);
    expect(isAlreadyExists(await refusal(client.create(configMap, newConfigMap(metadata.name!))))).toBe(true);
  });

  test('that a finalizer holds is what delete returns', async () => {
    const key = { namespace, name: 'held' };
    const object = newConfigMap('held');
    await client.create(configMap, { ...object, metadata: { ...object.metadata, finalizers: ['test/hold'] } });
    const deleted = await client.delete(configMap, key);
    expect(deleted?.metadata.deletionTimestamp).toBeDefined();
    await client.patch(configMap, key, { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(isNotFound(await refusal(client.get(configMap, key)))).toBe(true);
  });

  test('is left alone by a dry run', async () => {
    const object = newConfigMap('dry');
    expect((await client.create(configMap, object, { dryRun: true })).metadata.uid).toBeDefined();
    expect(isNotFound(await refusal(client.get(configMap, { namespace, name: 'dry' })))).toBe(true);
    await client.create(configMap, object);
    await client.delete(configMap, { namespace, name: 'dry' }, { dryRun: true });
    await expect(client.get(configMap, { namespace, name: 'dry' })).resolves.toBeDefined();
  });
});

describe('refusals', () => {
  test('of an invalid object name every field', async () => {
    const invalid = newWidget('bad', { size: 0, color: 'green' });
    const error = await refusal(client.create(widget, invalid));
    expect(isInvalid(error)).toBe(true);
    expect(error).toMatchObject({ code: 'Invalid', class: 'Retryable', httpStatus: 422 });
    expect(error.causes.map(({ field }) => field).sort()).toEqual(['spec.color', 'spec.size']);
    expect(error.message).toContain(`POST /apis/${widget.group}/v1/namespaces/${namespace}/widgets: 422 Invalid: `);
  });

  test('of an unknown field are the default, and can be turned off', async () => {
    const typo = newWidget('typo', { size: 1, colour: 'red' } as Widget['spec']);
    const error = await refusal(client.create(widget, typo));
    expect(error).toMatchObject({
      code: 'BadRequest',
      message: expect.stringContaining('unknown field "spec.colour"'),
    });
    await expect(client.create(widget, typo, { fieldValidation: 'Ignore' })).resolves.toMatchObject({
      spec: { size: 1 },
    });
  });

  test('of a kind that is not served are NotFound, of a strategic patch of a custom resource 415', async () => {
    expect(isNotFound(await refusal(client.list({ ...widget, group: 'not.served' })))).toBe(true);
    await client.create(widget, newWidget('strategic', { size: 1 }));
    const key = { namespace, name: 'strategic' };
    const error = await refusal(client.patch(widget, key, { type: 'strategic', body: {} }));
    expect(error).toMatchObject({ httpStatus: 415, class: 'Bug' });
  });
});

describe('server-side apply', () => {
  test('makes an object, meets the fields of others, and takes them by force', async () => {
    const key = { namespace, name: 'applied' };
    const apply = (size: number, fieldManager: string, force = false) =>
      client.patch(widget, key, { type: 'apply', body: newWidget('applied', { size }) }, { fieldManager, force });
    expect((await apply(1, 'first')).spec.size).toBe(1);
    const error = await refusal(apply(2, 'second'));
    expect(isConflict(error)).toBe(true);
    expect(error.causes).toEqual([expect.objectContaining({ reason: 'FieldManagerConflict', field: '.spec.size' })]);
    expect((await apply(2, 'second', true)).spec.size).toBe(2);
  });
});

test('the status of a custom resource is a subresource', async () => {
  const key = { namespace, name: 'status' };
  const created = await client.create(widget, { ...newWidget('status', { size: 1 }), status: { ready: true } });
  expect(created.status).toBeUndefined();
  const options = { subresource: 'status' };
  const updated = await client.update(widget, { ...created, spec: { size: 9 }, status: { ready: true } }, options);
  expect(updated).toMatchObject({ spec: { size: 1 }, status: { ready: true } });
  const patched = await client.patch(widget, key, { type: 'merge', body: { status: { ready: false } } }, options);
  expect(patched.status).toEqual({ ready: false });
  const applied = await client.patch(
    widget,
    key,
    { type: 'apply', body: { apiVersion: created.apiVersion, kind: 'Widget', status: { ready: true } } },
    { ...options, fieldManager: 'me', force: true },
  );
  expect(applied.status).toEqual({ ready: true });
});

describe('many objects', () => {
  const labels = { suite: 'many' };
  const names = Array.from({ length: 25 }, (_, index) => `many-${String(index).padStart(2, '0')}`);

  beforeAll(async () => {
    const make = (name: string) => {
      const object = newConfigMap(name);
      return client.create(configMap, { ...object, metadata: { ...object.metadata, labels } });
    };
    await Promise.all(names.map(make));
  });

  const selection = () => ({ namespace, labelSelector: 'suite=many' });

  test('are listed in pages, each item with its type', async () => {
    const pages: string[][] = [];
    for await (const { items } of client.listPages(configMap, { ...selection(), limit: 10 })) {
      pages.push(items.map(({ metadata }) => metadata.name!));
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(names);
    const { items, metadata } = await client.list(configMap, { ...selection(), limit: 10 });
    expect(items).toHaveLength(25);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(metadata).toEqual({ resourceVersion: expect.stringMatching(/^\d+$/) });
    // From the cache, which may be behind, and where the server may ignore the limit.
    const cached = () => client.list(configMap, { ...selection(), limit: 10, resourceVersion: '0' });
    const isComplete = async () => (await cached()).items.length === names.length;
    await waitFor(isComplete, { description: 'the cached list is complete', timeoutMs: 60_000 });
  });

  test('are selected by field', async () => {
    const { items } = await client.list(configMap, { namespace, fieldSelector: 'metadata.name=many-03' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['many-03']);
  });

  test('are deleted at once', async () => {
    await client.deleteCollection(configMap, { ...selection(), dryRun: true });
    expect((await client.list(configMap, selection())).items).toHaveLength(25);
    await client.deleteCollection(configMap, selection());
    expect((await client.list(configMap, selection())).items).toHaveLength(0);
  });
});

interface SelfSubjectReview extends KubeObject {
  status?: { userInfo: object };
}

const selfSubjectReview: Kind<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
};

test('impersonation reaches the server whole', async () => {
  const as = { user: 'Жанна', groups: ['dev'], uid: '7', extra: { 'tkestack.io/tenantid': ['t 1'] } };
  const review: SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} };
  const { status } = await impersonating(client, as).create(selfSubjectReview, review);
  expect(status?.userInfo).toEqual({
    username: 'Жанна',
    uid: '7',
    groups: ['dev', 'system:authenticated'],
    extra: { 'tkestack.io/tenantid': ['t 1'] },
  });
  const error = await refusal(impersonating(client, { user: uniqueName('nobody') }).list(configMap, { namespace }));
  expect(isForbidden(error)).toBe(true);
});

test('endpoints without a kind are reached too', async () => {
  expect(await client.request({ path: '/readyz' })).toBe('ok');
  expect(await client.request({ path: '/version' })).toMatchObject({ gitVersion: expect.stringMatching(/^v1\./) });
});
