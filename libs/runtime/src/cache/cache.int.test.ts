import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { applyManifests, ControlPlane, uniqueName, waitFor } from '@tke/envtest';
import { connect, isAlreadyExists, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds, type ConfigMap, type Kind } from '@tke/meta';
import { hastyClock } from '@tke/time';

import { Cache } from './cache.ts';
import { CuttableProxy } from './testing/cuttable-proxy.ts';
import type { CacheMetrics, EventHandler, InformerOptions } from './types.ts';

jest.setTimeout(300_000);

const timeoutMs = 60_000;

const { configMap } = coreKinds;
const auditPolicy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] };
const userAgent = 'cache-under-test/1';

let controlPlane: ControlPlane;
let proxy: CuttableProxy;
/** Not through the proxy. */
let client: Client;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  controlPlane = await ControlPlane.start({ auditPolicy });
  proxy = await CuttableProxy.open(Number(new URL(controlPlane.url).port));
  client = await connect({ kubeconfig: controlPlane.kubeconfigPath, userAgent: 'test/1', logger: discardLogger });
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) {
    await end();
  }
});

afterAll(async () => {
  await client.close();
  await proxy[Symbol.asyncDispose]();
  await controlPlane.stop();
});

/** A client whose network the test can cut. */
async function fragileClient(): Promise<Client> {
  const direct = readFileSync(controlPlane.kubeconfigPath, 'utf8');
  const kubeconfig = join(controlPlane.access.dataDir, 'through-proxy.kubeconfig');
  await writeFile(kubeconfig, direct.replace(controlPlane.url, `https://127.0.0.1:${proxy.port}`));
  const fragile = await connect({ kubeconfig, userAgent, logger: discardLogger });
  endings.push(() => fragile.close());
  return fragile;
}

interface Watched {
  readonly cache: Cache;
  readonly heard: string[];
  hears(...events: readonly string[]): Promise<unknown>;
}

/** Up to a minute between two tries is long for a test. */
const clock = hastyClock(20);

/** A running cache of config maps, and what a handler of it hears. */
async function watchConfigMaps(options: InformerOptions<ConfigMap>): Promise<Watched> {
  const cache = new Cache({ reader: await fragileClient(), logger: discardLogger, clock });
  const heard: string[] = [];
  const handler: EventHandler<ConfigMap> = {
    onAdd: ({ metadata }, initialList) => heard.push(`${initialList ? 'initial ' : ''}${metadata.name}`),
    onUpdate: (_, { metadata, data }) => heard.push(`${metadata.name}=${data?.value}`),
    onDelete: ({ metadata }, unknown) => heard.push(`${unknown ? 'lost' : 'deleted'} ${metadata.name}`),
  };
  const registration = cache.informer(configMap, options).addHandler(handler);
  await run(cache);
  await registration.waitForSync(AbortSignal.timeout(timeoutMs));
  const hears = (...events: readonly string[]) =>
    waitFor(() => events.every((event) => heard.includes(event)), {
      description: `the handler hears ${events.join(', ')}`,
      timeoutMs,
    });
  return { cache, heard, hears };
}

async function run(cache: Cache): Promise<void> {
  const stop = new AbortController();
  const running = cache.start(stop.signal);
  endings.push(async () => {
    stop.abort();
    await running;
  });
  await cache.waitForSync(AbortSignal.timeout(timeoutMs));
}

async function makeNamespace(): Promise<string> {
  const name = uniqueName('cache');
  await client.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

async function write(namespace: string, name: string, labels: Record<string, string> = {}): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data: { value: '0' } };
  await client.create(configMap, object);
}

async function change(namespace: string, name: string, body: object): Promise<void> {
  await client.patch(configMap, { namespace, name }, { type: 'merge', body });
}

interface AuditEvent {
  readonly auditID: string;
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly stage: string;
  readonly responseStatus?: { readonly code?: number };
}

/** The paths with query that the cache asked for, without those that the server was too busy to answer. */
function requests(namespace: string): string[] {
  // What follows the last line feed is still being written.
  const lines = readFileSync(controlPlane.auditLogPath, 'utf8').split('\n').slice(0, -1);
  const events = lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.userAgent === userAgent && event.requestURI.includes(`/${namespace}/`));
  const refused = events.filter(({ responseStatus }) => responseStatus?.code === 429).map(({ auditID }) => auditID);
  return events
    .filter(({ stage, auditID }) => stage === 'RequestReceived' && !refused.includes(auditID))
    .map(({ requestURI }) => requestURI);
}

describe('a cache of a real server', () => {
  test('streams the first list and goes on watching in the same request', async () => {
    const namespace = await makeNamespace();
    await write(namespace, 'a');
    const { cache, hears } = await watchConfigMaps({ namespace });
    await write(namespace, 'b');
    await change(namespace, 'a', { data: { value: '1' } });
    await client.delete(configMap, { namespace, name: 'b' });
    await hears('initial a', 'b', 'a=1', 'deleted b');
    expect(cache.get(configMap, { namespace, name: 'a' })).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { value: '1' },
    });
    expect(cache.get(configMap, { namespace, name: 'a' })?.metadata.managedFields).toBeUndefined();
    const asked = requests(namespace);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/watch=true.*sendInitialEvents=true/);
  });

  test('holds what the selector selects: what begins or ceases to match comes and goes', async () => {
    const namespace = await makeNamespace();
    await write(namespace, 'in', { team: 'a' });
    await write(namespace, 'out', { team: 'b' });
    const { cache, hears, heard } = await watchConfigMaps({ namespace, labelSelector: 'team=a' });
    expect(heard).toEqual(['initial in']);
    await change(namespace, 'out', { metadata: { labels: { team: 'a' } } });
    await change(namespace, 'in', { metadata: { labels: { team: 'b' } } });
    await hears('out', 'deleted in');
    expect(cache.list(configMap).map(({ metadata }) => metadata.name)).toEqual(['out']);
  });

  test('hears what happened while the network was cut, without a list', async () => {
    const namespace = await makeNamespace();
    await write(namespace, 'a');
    await write(namespace, 'b');
    const { hears } = await watchConfigMaps({ namespace });
    proxy.cut();
    await change(namespace, 'a', { data: { value: '1' } });
    await client.delete(configMap, { namespace, name: 'b' });
    proxy.mend();
    await hears('a=1', 'deleted b');
    expect(requests(namespace).filter((uri) => uri.includes('sendInitialEvents'))).toHaveLength(1);
  });

  test('goes on after a restart of the apiserver', async () => {
    const namespace = await makeNamespace();
    await write(namespace, 'a');
    const { heard, hears } = await watchConfigMaps({ namespace });
    await controlPlane.restartApiServer();
    await waitFor(() => change(namespace, 'a', { data: { value: '1' } }).then(() => true), {
      description: 'the apiserver takes writes',
      timeoutMs,
    });
    await hears('a=1');
    expect(heard).toEqual(['initial a', 'a=1']);
  });

  test('finds a deletion that the server cannot tell any more, as a tombstone with the last known state', async () => {
    const namespace = await makeNamespace();
    await write(namespace, 'kept');
    await write(namespace, 'lost');
    const { cache, heard, hears } = await watchConfigMaps({ namespace });
    proxy.cut();
    await client.delete(configMap, { namespace, name: 'lost' });
    // A new apiserver remembers no events before its start, so that the version of the watch has expired.
    await controlPlane.restartApiServer();
    const made = () =>
      write(namespace, 'new').catch((error: unknown) => isAlreadyExists(error) || Promise.reject(error as Error));
    await waitFor(() => made().then(() => true), { description: 'the apiserver takes writes', timeoutMs });
    proxy.mend();
    await hears('lost lost', 'new');
    expect(heard.slice(2).sort()).toEqual(['lost lost', 'new']);
    expect(cache.list(configMap).map(({ metadata }) => metadata.name)).not.toContain('lost');
  });

  test('waits for a kind until its definition is installed', async () => {
    const group = `${uniqueName('late')}.example.io`;
    const gadget: Kind = { group, version: 'v1', kind: 'Gadget', plural: 'gadgets', namespaced: false };
    let lists = 0;
    const metrics: CacheMetrics = {
      listStarted: () => {
        lists++;
      },
      watchStarted: () => undefined,
    };
    const cache = new Cache({ reader: await fragileClient(), logger: discardLogger, clock, metrics });
    const informer = cache.informer(gadget);
    const synced = run(cache);
    await waitFor(() => lists >= 2, { description: 'a second try', timeoutMs });
    expect(informer.synced).toBe(false);
    await applyManifests(controlPlane, [definition(gadget)]);
    await synced;
    expect(cache.list(gadget)).toEqual([]);
  });
});

function definition({ group, kind, plural }: Kind): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind, plural },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
