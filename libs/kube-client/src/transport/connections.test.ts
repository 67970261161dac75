import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { expect, jest, test } from '@jest/globals';

import { coreKinds } from '@tke/meta';
import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { clientOf } from '../testing/client.ts';
import { json, ScriptedServer } from '../testing/scripted-server.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

/** An HTTP proxy that tunnels, and says whom it was asked for and by whom. */
async function tunnel() {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket, head) => {
    asked.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return { asked, port, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => proxy.close(() => resolve())) };
}

test('a proxy-url is tunnelled through, TLS and credentials included, over kept connections', async () => {
  const ca = await createCa({ commonName: 'ca', clock });
  const { certPem: cert, keyPem } = await issueCertificate({
    ca,
    commonName: 's',
    ips: ['127.0.0.1'],
    usages: ['server'],
    clock,
  });
  await using server = await ScriptedServer.start((_, response) => json(response, object), { cert, key: keyPem });
  await using proxy = await tunnel();
  await using client = await clientOf(server, {
    cluster: {
      'certificate-authority-data': Buffer.from(ca.certPem).toString('base64'),
      'proxy-url': `http://alice:hunter2@127.0.0.1:${proxy.port}`,
    },
    user: { token: 'secret' },
  });
  for (let i = 0; i < 10; i++) {
    await client.get(configMap, key);
  }
  expect(proxy.asked.length).toBeLessThanOrEqual(2);
  expect(proxy.asked[0]).toBe(`127.0.0.1:${server.port} Basic ${Buffer.from('alice:hunter2').toString('base64')}`);
  expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret' });
});

test('a proxy that is not there is a failed connection, and its password is not told', async () => {
  await using client = await clientOf(
    { url: 'https://127.0.0.1:1' },
    { cluster: { 'proxy-url': 'http://alice:hunter2@127.0.0.1:1' } },
  );
  const error: unknown = await client.get(configMap, key).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ConnectionFailed' });
  expect((error as Error).message).not.toContain('hunter2');
});
