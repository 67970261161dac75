import { readFile, writeFile } from 'node:fs/promises';
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { expect, jest, test } from '@jest/globals';

import { sharedControlPlane } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';

import { connect } from '../connect.ts';
import { temporaryFolder } from '../testing/client.ts';

jest.setTimeout(120_000);

/** Passes bytes on to a port of this machine and counts connections. */
async function counter(upstreamPort: number) {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    const upstream = connectSocket(upstreamPort, '127.0.0.1');
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('100 GETs of a real apiserver open no more than 2 connections', async () => {
  const access = await sharedControlPlane();
  await using proxy = await counter(Number(new URL(access.url).port));
  await using folder = await temporaryFolder();
  const kubeconfig = join(folder.path, 'kubeconfig');
  const text = await readFile(access.kubeconfigPath, 'utf8');
  await writeFile(kubeconfig, text.replace(access.url, `https://127.0.0.1:${proxy.port}`));
  const client = await connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger });
  try {
    for (let i = 0; i < 100; i++) {
      await client.get(coreKinds.namespace, { name: 'default' });
    }
    expect(proxy.connections()).toBeLessThanOrEqual(2);
  } finally {
    await client.close();
  }
});
