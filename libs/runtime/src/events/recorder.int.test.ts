import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sharedControlPlane, uniqueName, waitFor, type ClusterAccess } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { createLogger } from '@tke/log';
import { coreKinds, type EventObject, type KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { KubeEventRecorder } from './recorder.ts';

jest.setTimeout(240_000);

const timeoutMs = 60_000;

let access: ClusterAccess;
let client: Client;
const logger = createLogger({ level: 'error' });

beforeAll(async () => {
  access = await sharedControlPlane();
  client = await connect({ kubeconfig: access.kubeconfigPath, userAgent: 'test/1', logger });
});

afterAll(async () => {
  await client.close();
});

async function eventsOf(object: KubeObject, namespace: string): Promise<EventObject[]> {
  const { items } = await client.list(coreKinds.event, { namespace });
  return items.filter(({ regarding }) => regarding.uid === object.metadata.uid);
}

test('events of objects with and without a namespace are there for kubectl, repeated ones as a series', async () => {
  const name = uniqueName('events');
  const namespace = await client.create(coreKinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  });
  const config = await client.create(coreKinds.configMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: name },
  });
  const reporter = { controller: 'tkestack.io/manager', instance: 'manager-0' };
  const recorder = new KubeEventRecorder({ client, reporter, logger, clock: new FakeClock() });
  const stop = new AbortController();
  const running = recorder.start(stop.signal);

  recorder.event(namespace, 'Normal', 'Prepared', 'Prepare', 'is ready');
  recorder.event(config, 'Warning', 'Invalid', 'Check', 'x'.repeat(2000));
  const written = async () => (await eventsOf(config, name)).length === 1;
  await waitFor(written, { description: 'the event is written', timeoutMs });
  recorder.event(config, 'Warning', 'Invalid', 'Check', 'again');
  const isSeries = async () => (await eventsOf(config, name))[0]?.series?.count === 2;
  await waitFor(isSeries, { description: 'it is a series', timeoutMs });
  recorder.event(config, 'Warning', 'Invalid', 'Check', 'and again');
  stop.abort();
  await running;

  const [ofNamespace] = await eventsOf(namespace, 'default');
  expect(ofNamespace).toMatchObject({ reason: 'Prepared', action: 'Prepare', note: 'is ready', type: 'Normal' });
  const [ofConfig, ...more] = await eventsOf(config, name);
  expect(more).toEqual([]);
  expect(ofConfig).toMatchObject({
    reason: 'Invalid',
    series: { count: 3 },
    reportingController: 'tkestack.io/manager',
  });
  const { stdout } = await access.kubectl(['describe', 'configmap', 'a', '--namespace', name]);
  expect(stdout).toMatch(/Warning\s+Invalid/);
});
