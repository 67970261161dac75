import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { ControlPlane } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';

import type { Client } from './client.ts';
import { connect } from './connect.ts';

let controlPlane: ControlPlane;
let client: Client;

// Of its own: it is broken here.
beforeAll(async () => {
  controlPlane = await ControlPlane.start();
  const { kubeconfigPath: kubeconfig } = controlPlane;
  client = await connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger, requestTimeoutMs: 1500 });
}, 120_000);

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
}, 30_000);

async function openWatch(idleTimeoutMs: number) {
  const { metadata } = await client.list(coreKinds.namespace);
  const watch = client.watch(coreKinds.namespace, { resourceVersion: metadata.resourceVersion!, idleTimeoutMs });
  const next = watch[Symbol.asyncIterator]().next();
  next.catch(() => undefined);
  // A later answer over another connection: the watch was sent before it.
  await client.list(coreKinds.namespace);
  return { next };
}

test('a server that hangs is a timeout for calls, and silence for watches', async () => {
  const { next } = await openWatch(1000);
  controlPlane.pauseApiServer();
  try {
    await Promise.all([
      expect(client.list(coreKinds.namespace)).rejects.toMatchObject({ code: 'Timeout' }),
      expect(next).rejects.toMatchObject({ code: expect.stringMatching(/^(ConnectionLost|Timeout)$/) }),
    ]);
  } finally {
    controlPlane.resumeApiServer();
  }
  await expect(client.list(coreKinds.namespace)).resolves.toBeDefined();
}, 30_000);

test('a server that crashes ends watches and refuses calls; when it is back, so is the client', async () => {
  const { next } = await openWatch(60_000);
  await controlPlane.killApiServer();
  await expect(next).rejects.toMatchObject({ code: 'ConnectionLost', class: 'Retryable' });
  await expect(client.list(coreKinds.namespace)).rejects.toMatchObject({
    code: 'ConnectionFailed',
    class: 'Retryable',
  });
  await controlPlane.startApiServer();
  await expect(client.list(coreKinds.namespace)).resolves.toBeDefined();
}, 60_000);
