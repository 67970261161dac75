import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ControlPlane, waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';

import { Cache } from './cache.ts';

jest.setTimeout(300_000);

const { configMap } = coreKinds;
const namespace = 'default';
const count = 1100;

let controlPlane: ControlPlane;
let client: Client;

beforeAll(async () => {
  controlPlane = await ControlPlane.start({ apiServerFlags: ['--feature-gates=WatchList=false'] });
  client = await connect({ kubeconfig: controlPlane.kubeconfigPath, userAgent: 'test/1', logger: discardLogger });
});

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
});

function make(name: string): Promise<unknown> {
  const metadata = { name, namespace, labels: { test: 'paged' } };
  return client.create(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

test('a server without streaming lists is listed in pages, and followed from there', async () => {
  const names = Array.from({ length: count }, (_, i) => `object-${i}`);
  for (let i = 0; i < count; i += 50) {
    await Promise.all(names.slice(i, i + 50).map(make));
  }
  const answers: string[] = [];
  const watcher = await connect({
    kubeconfig: controlPlane.kubeconfigPath,
    userAgent: 'test/1',
    logger: discardLogger,
    onRequest: ({ code }) => answers.push(code),
  });
  const cache = new Cache({ reader: watcher, logger: discardLogger });
  const heard = new Set<string | undefined>();
  const registration = cache
    .informer(configMap, { labelSelector: 'test=paged' })
    .addHandler({ onAdd: ({ metadata }) => heard.add(metadata.name) });
  const stop = new AbortController();
  const running = cache.start(stop.signal);
  try {
    await registration.waitForSync(AbortSignal.timeout(60_000));
    expect(cache.list(configMap)).toHaveLength(count);
    expect(heard).toEqual(new Set(names));
    await make('later');
    await waitFor(() => heard.has('later'), {
      description: 'the handler hears of the later object',
      timeoutMs: 60_000,
    });
    // The refused stream, three pages, the watch. A server that is not ready yet may ask to come again.
    expect(answers.filter((code) => code !== '429')).toEqual(['422', '200', '200', '200', '200']);
  } finally {
    stop.abort();
    await running;
    await watcher.close();
  }
});
