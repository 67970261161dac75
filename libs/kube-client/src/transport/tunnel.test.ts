import { describe, expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { kubeconfigFromText } from '../config/kubeconfig-text.ts';
import { SwitchableConnection, type SwitchableOptions } from '../switchable.ts';
import { blackHole, connectProxy, socksProxy } from '../testing/proxies.ts';
import { json, ScriptedServer, type Script } from '../testing/scripted-server.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

async function tlsServer(script: Script) {
  const ca = await createCa({ commonName: 'ca', clock });
  const names = { ips: ['127.0.0.1'], dnsNames: ['localhost'] };
  const pair = await issueCertificate({ ca, commonName: 's', ...names, usages: ['server'], clock });
  const server = await ScriptedServer.start(script, { cert: pair.certPem, key: pair.keyPem });
  return Object.assign(server, { ca: ca.certPem });
}

/** A client through a proxy. */
function through(proxyUrl: string, server: string, ca: string, options: Partial<SwitchableOptions> = {}) {
  const kubeconfig = {
    clusters: [{ name: 'c', cluster: { server, 'proxy-url': proxyUrl, 'certificate-authority-data': btoa(ca) } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  const connection = new SwitchableConnection({ userAgent: 'test/1', logger: discardLogger, ...options });
  connection.switchTo(kubeconfigFromText(JSON.stringify(kubeconfig), { origin: 'test' }));
  connection.open();
  return Object.assign(connection.client, { [Symbol.asyncDispose]: () => connection.close() });
}

const kinds = [
  ['http', connectProxy],
  ['socks5', socksProxy],
] as const;

describe.each(kinds)('through a proxy of kind %s', (scheme, startProxy) => {
  test('TLS reaches from here to the server, by name and by address, with user and password for the proxy', async () => {
    await using server = await tlsServer((_, response) => json(response, object));
    await using proxy = await startProxy('alice:hun ter2');
    const proxyUrl = `${scheme}://alice:hun%20ter2@127.0.0.1:${proxy.port}`;
    for (const host of ['127.0.0.1', 'localhost']) {
      await using client = through(proxyUrl, `https://${host}:${server.port}`, server.ca);
      await expect(client.get(configMap, key)).resolves.toEqual(object);
      expect(proxy.asked.at(-1)).toBe(`${host}:${server.port} alice:hun ter2`);
    }
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret' });
  });

  test('connections are kept, and no more are opened than allowed', async () => {
    await using server = await tlsServer((_, response) => setTimeout(() => json(response, object), 5));
    await using proxy = await startProxy();
    await using client = through(`${scheme}://127.0.0.1:${proxy.port}`, server.url, server.ca, { maxConnections: 2 });
    await Promise.all(Array.from({ length: 20 }, () => client.get(configMap, key)));
    expect(proxy.asked.length).toBeLessThanOrEqual(2);
  });

  test('who does not answer is given up, and leaves no connection behind', async () => {
    await using proxy = await blackHole();
    const proxyUrl = `${scheme}://alice:hunter2@127.0.0.1:${proxy.port}`;
    await using client = through(proxyUrl, 'https://127.0.0.1:1', '', { connectTimeoutMs: 100 });
    const error: unknown = await client.get(configMap, key).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ConnectionFailed', class: 'Retryable' });
    expect((error as Error).message).toContain(`the proxy 127.0.0.1:${proxy.port} gave no way to 127.0.0.1:1`);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('hunter2');
    while (proxy.open.size > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test.each([
    ['a wrong password', 'alice:right', '127.0.0.1:1'],
    ['a server the proxy cannot reach', undefined, '127.0.0.1:1'],
  ])('%s is a failed connection with the reason, without the password', async (_, login, target) => {
    await using proxy = await startProxy(login);
    await using client = through(`${scheme}://alice:hunter2@127.0.0.1:${proxy.port}`, `https://${target}`, '');
    const error: unknown = await client.get(configMap, key).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ConnectionFailed', remedy: expect.stringContaining('proxy-url') });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });
});
