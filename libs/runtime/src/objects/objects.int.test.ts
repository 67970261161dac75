import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { applyManifests, sharedControlPlane, uniqueName } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { Condition, DeepReadonly, Kind, KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { applyObject } from './apply.ts';
import { ensureFinalizer, hasFinalizer, removeFinalizer } from './finalizers.ts';
import { patchStatus } from './status.ts';
import { setSummary } from './summary.ts';

jest.setTimeout(120_000);

interface Probe extends KubeObject {
  spec?: { size?: number; color?: string };
  status?: { phase?: string; count?: number; nested?: Record<string, string>; conditions?: Condition[] };
}

const group = `${uniqueName('objects')}.example.io`;
const probe: Kind<Probe> = { group, version: 'v1', kind: 'Probe', plural: 'probes', namespaced: false };
const { signal } = new AbortController();
const options = { signal };
const code = (text: string) => expect.objectContaining({ code: text }) as unknown as Error;
let client: Client;

beforeAll(async () => {
  const access = await sharedControlPlane();
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await applyManifests(access, [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `probes.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { kind: 'Probe', plural: 'probes' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
          },
        ],
      },
    },
  ]);
  client = await connect({ kubeconfig: access.kubeconfigPath, userAgent: 'test/1', logger: discardLogger });
});

afterAll(async () => {
  await client.close();
});

function create(more: Partial<KubeObject['metadata']> = {}, rest: Partial<Probe> = {}): Promise<Probe> {
  const metadata = { name: uniqueName('probe'), ...more };
  return client.create(probe, { apiVersion: `${group}/v1`, kind: 'Probe', metadata, ...rest });
}

const read = ({ metadata: { name = '' } }: DeepReadonly<KubeObject>) => client.get(probe, { name });
const versionOf = ({ metadata }: DeepReadonly<KubeObject>) => metadata.resourceVersion;
const a = 'example.io/a';
const b = 'example.io/b';

describe('ensureFinalizer', () => {
  test('adds the finalizer to none and to others, and resolves with the object to go on with', async () => {
    const first = await ensureFinalizer(client, probe, await create(), a, options);
    const second = await ensureFinalizer(client, probe, first, b, options);
    expect(first.metadata.finalizers).toEqual([a]);
    expect(second.metadata.finalizers).toEqual([a, b]);
    expect(hasFinalizer(second, a) && hasFinalizer(second, b)).toBe(true);
    expect(await read(first)).toEqual(second);
  });

  test('writes nothing when it is there', async () => {
    const object = await create({ finalizers: [a] });
    expect(await ensureFinalizer(client, probe, object, a, options)).toBe(object);
    expect(versionOf(await read(object))).toBe(versionOf(object));
  });

  test('writes nothing to an object that is being deleted', async () => {
    const created = await create({ finalizers: [b] });
    const object = await client.delete(probe, { name: created.metadata.name ?? '' });
    expect(object?.metadata.deletionTimestamp).toBeDefined();
    expect(await ensureFinalizer(client, probe, object ?? created, a, options)).toBe(object);
    await expect(read(created)).resolves.toMatchObject({ metadata: { finalizers: [b] } });
  });

  test('is refused when the object is no longer the one given: others keep their finalizers', async () => {
    const stale = await create();
    await ensureFinalizer(client, probe, stale, b, options);
    await expect(ensureFinalizer(client, probe, stale, a, options)).rejects.toThrow(code('Conflict'));
    await expect(read(stale)).resolves.toMatchObject({ metadata: { finalizers: [b] } });
  });
});

describe('removeFinalizer', () => {
  test('removes this one only, wherever it stands', async () => {
    const object = await create({ finalizers: ['example.io/x', a, b] });
    await removeFinalizer(client, probe, object, a, options);
    await expect(read(object)).resolves.toMatchObject({ metadata: { finalizers: ['example.io/x', b] } });
  });

  test('writes nothing when it is not there', async () => {
    const object = await create({ finalizers: [b] });
    await removeFinalizer(client, probe, object, a, options);
    expect(versionOf(await read(object))).toBe(versionOf(object));
  });

  test('works from a stale object, and leaves a finalizer that was added since', async () => {
    const stale = await create({ finalizers: [a] });
    await client.patch(
      probe,
      { name: stale.metadata.name ?? '' },
      { type: 'merge', body: { metadata: { finalizers: [b, a] } } },
    );
    await removeFinalizer(client, probe, stale, a, options);
    await expect(read(stale)).resolves.toMatchObject({ metadata: { finalizers: [b] } });
  });

  test('races with others that remove theirs, and each removes its own', async () => {
    const finalizers = Array.from({ length: 4 }, (_, i) => `example.io/f${i}`);
    const object = await create({ finalizers: [...finalizers, 'example.io/kept'] });
    await Promise.all(finalizers.map((name) => removeFinalizer(client, probe, object, name, options)));
    await expect(read(object)).resolves.toMatchObject({ metadata: { finalizers: ['example.io/kept'] } });
  });

  test('lets a deletion come to its end, and is content when the object is gone', async () => {
    const object = await create({ finalizers: [a] });
    await client.delete(probe, { name: object.metadata.name ?? '' });
    await removeFinalizer(client, probe, object, a, options);
    await expect(read(object)).rejects.toThrow(code('NotFound'));
    await removeFinalizer(client, probe, object, a, options);
  });

  test('leaves an object alone that was made later under the same name', async () => {
    const former = await create({ finalizers: [a] });
    const { name = '' } = former.metadata;
    await removeFinalizer(client, probe, former, a, options);
    await client.delete(probe, { name });
    const later = await create({ name, finalizers: [a] });
    await removeFinalizer(client, probe, former, a, options);
    expect(versionOf(await read(later))).toBe(versionOf(later));
  });
});

describe('patchStatus', () => {
  const clock = new FakeClock();

  test('writes the status, without a trace in generation or spec', async () => {
    const object = await create({}, { spec: { size: 1 } });
    const conditions = setSummary([], { kind: 'ready' }, { generation: object.metadata.generation, clock });
    const patched = await patchStatus(client, probe, object, { phase: 'Active', conditions }, options);
    expect(patched.status).toEqual({ phase: 'Active', conditions });
    expect(patched.metadata.generation).toBe(object.metadata.generation);
    expect(await read(object)).toEqual(patched);
  });

  test('sends nothing when the status is as it was', async () => {
    const object = await create();
    const conditions = setSummary([], { kind: 'ready' }, { generation: 1, clock });
    const first = await patchStatus(client, probe, object, { count: 1, conditions }, options);
    const again = setSummary(first.status?.conditions, { kind: 'ready' }, { generation: 1, clock: new FakeClock() });
    const second = await patchStatus(client, probe, first, { count: 1, conditions: again }, options);
    expect(second).toBe(first);
    expect(versionOf(await read(object))).toBe(versionOf(first));
  });

  test('writes changed members only: what another wrote since stays', async () => {
    const stale = await patchStatus(client, probe, await create(), { phase: 'A', nested: { x: '1', y: '1' } }, options);
    await patchStatus(client, probe, stale, { phase: 'A', nested: { x: '1', y: '2' } }, options);
    const patched = await patchStatus(client, probe, stale, { phase: 'B', nested: { x: '1', y: '1' } }, options);
    expect(patched.status).toEqual({ phase: 'B', nested: { x: '1', y: '2' } });
  });

  test('removes what the new status lacks', async () => {
    const object = await patchStatus(
      client,
      probe,
      await create(),
      { phase: 'A', count: 3, nested: { x: '1' } },
      options,
    );
    expect((await patchStatus(client, probe, object, { phase: 'A' }, options)).status).toEqual({ phase: 'A' });
  });

  test('with a lock is refused when the object has changed since', async () => {
    const stale = await create();
    await patchStatus(client, probe, stale, { phase: 'A' }, options);
    const locked = { signal, optimisticLock: true };
    await expect(patchStatus(client, probe, stale, { phase: 'B' }, locked)).rejects.toThrow(code('Conflict'));
    const fresh = await read(stale);
    expect((await patchStatus(client, probe, fresh, { phase: 'B' }, locked)).status).toEqual({ phase: 'B' });
  });

  test('never touches the spec, and a change of the spec since is no conflict', async () => {
    const stale = await create({}, { spec: { size: 1 } });
    await client.patch(probe, { name: stale.metadata.name ?? '' }, { type: 'merge', body: { spec: { size: 2 } } });
    const patched = await patchStatus(client, probe, stale, { phase: 'A' }, options);
    expect([patched.spec, patched.status]).toEqual([{ size: 2 }, { phase: 'A' }]);
  });
});

describe('applyObject', () => {
  const name = uniqueName('applied');
  const mine = { fieldManager: 'tke/mine', signal };

  test('creates, then changes and removes its own fields, and writes nothing when all is so', async () => {
    const created = await applyObject(client, probe, { metadata: { name }, spec: { size: 1, color: 'red' } }, mine);
    const same = await applyObject(client, probe, { metadata: { name }, spec: { size: 1, color: 'red' } }, mine);
    expect(versionOf(same)).toBe(versionOf(created));
    const changed = await applyObject(client, probe, { metadata: { name }, spec: { size: 2 } }, mine);
    expect(changed.spec).toEqual({ size: 2 });
  });

  test('takes fields of another manager by force only', async () => {
    const others = { fieldManager: 'tke/other', signal };
    const object = { metadata: { name }, spec: { size: 3 } };
    await expect(applyObject(client, probe, object, others)).rejects.toThrow(code('Conflict'));
    expect((await applyObject(client, probe, object, { ...others, force: true })).spec).toEqual({ size: 3 });
  });
});
