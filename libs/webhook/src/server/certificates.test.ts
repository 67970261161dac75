import { X509Certificate } from 'node:crypto';

import { describe, expect, jest, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { Registry } from 'prom-client';

import { CertificateHolder } from '../certificates/holder.ts';
import { heldPair, makeCa, makeClientPair, makeServerPair } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { disposableAgent } from '../testing/https-client.ts';
import { RecordingLogger } from '@tke/log/testing';
import { echo } from '../testing/routes.ts';
import { runServer } from '../testing/running-server.ts';
import { HttpsServer } from './https-server.ts';
import { WebhookMetrics } from './metrics.ts';
import type { Route } from './route.ts';

jest.setTimeout(60_000);

describe('client certificates', () => {
  const whoami: Route = { path: '/whoami', maxBodyBytes: 100, handle: ({ peer }) => ({ status: 200, body: { peer } }) };

  test('a caller with a certificate of the client CA is known by its subject', async () => {
    const clientCa = await makeCa('client-ca');
    const { certPem: cert, keyPem: key } = await makeClientPair(clientCa, 'kube-apiserver', ['system:masters', 'tke']);
    await using running = await runServer({ routes: [whoami], clientCa: clientCa.certPem });
    const { peer } = (await running.post('/whoami', { cert, key })).body;
    expect(peer).toEqual({
      commonName: 'kube-apiserver',
      organizations: ['system:masters', 'tke'],
      fingerprint: new X509Certificate(cert).fingerprint256,
      notBefore: Date.parse(new X509Certificate(cert).validFrom),
    });
  });

  test('a caller with none, and one with a certificate of another CA, get no answer', async () => {
    const [clientCa, otherCa] = await Promise.all([makeCa('client-ca'), makeCa('client-ca')]);
    const logger = new RecordingLogger();
    let asked = 0;
    const counting: Route = { ...whoami, handle: () => ({ status: 200, body: asked++ }) };
    await using running = await runServer({ routes: [counting], clientCa: clientCa.certPem, logger });
    const { certPem: cert, keyPem: key } = await makeClientPair(otherCa, 'kube-apiserver', []);
    await expect(running.post('/whoami')).rejects.toThrow(/certificate required|socket hang up|ECONNRESET|EPIPE/);
    await expect(running.post('/whoami', { cert, key })).rejects.toThrow(/alert|socket hang up|ECONNRESET|EPIPE/);
    await expect(running.post('/whoami', { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect(asked).toBe(0);
    expect(logger.at('warn').map(({ message }) => message)).toEqual(['TLS handshake failed']); // not once per caller
  });

  test('without a client CA nobody has an identity, whatever they present', async () => {
    const { certPem: cert, keyPem: key } = await makeClientPair(await makeCa(), 'kube-apiserver', []);
    await using running = await runServer({ routes: [whoami] });
    expect((await running.post('/whoami', { cert, key })).body).toEqual({});
  });
});

describe('the serving certificate', () => {
  test('is replaced under load without one failed request, and open connections live on', async () => {
    const ca = await makeCa();
    const pairs = await Promise.all(Array.from({ length: 5 }, () => makeServerPair(ca)));
    const source = heldPair(pairs[0]!);
    await using running = await runServer({ routes: [echo], certificates: source });
    using kept = disposableAgent({ keepAlive: true, maxSockets: 1 });
    const first = (await running.post('/echo', { ca: ca.certPem, agent: kept })).fingerprint;
    const seen = new Set<string>();
    let loading = true;
    // Half of them resume TLS sessions that were made under an older certificate.
    using resuming = disposableAgent({ keepAlive: false, maxCachedSessions: 100 });
    const callers = Array.from({ length: 8 }, async (_, index) => {
      let answered = 0;
      while (loading) {
        const answer = await running.post('/echo', { ca: ca.certPem, agent: index % 2 === 0 ? false : resuming });
        expect(answer.status).toBe(200);
        if (answer.fingerprint !== undefined) {
          seen.add(answer.fingerprint); // a resumed session shows none
        }
        answered++;
      }
      return answered;
    });
    try {
      for (const pair of pairs) {
        source.offer(pair);
        await eventually(() => expect(seen).toContain(new X509Certificate(pair.certPem).fingerprint256));
      }
    } finally {
      loading = false;
    }
    expect(Math.min(...(await Promise.all(callers)))).toBeGreaterThan(0);
    expect(seen.size).toBe(pairs.length);
    expect((await running.post('/echo', { ca: ca.certPem, agent: kept })).fingerprint).toBe(first);
  });

  test('is awaited before the server listens', async () => {
    const source = new CertificateHolder(discardLogger);
    const server = new HttpsServer({
      name: 'early',
      address: { host: '127.0.0.1', port: 0 },
      certificates: source,
      routes: [],
      logger: discardLogger,
      limits: { lameDuckMs: 0 },
    });
    const abort = new AbortController();
    const ended = server.start(abort.signal);
    await expect(server.probe()).rejects.toMatchObject({ code: 'ProbeFailed' });
    expect(() => server.url).toThrow(expect.objectContaining({ code: 'NotListening' }));
    source.offer(await makeServerPair(await makeCa()));
    await server.listening;
    await server.probe();
    abort.abort();
    await ended;
    await expect(server.probe()).rejects.toMatchObject({ code: 'ProbeFailed' });
  });

  test('a stop before there is one ends the start', async () => {
    const server = new HttpsServer({
      name: 'never',
      address: { host: '127.0.0.1', port: 0 },
      certificates: new CertificateHolder(discardLogger),
      routes: [],
      logger: discardLogger,
    });
    const abort = new AbortController();
    const ended = server.start(abort.signal);
    abort.abort();
    await ended;
    await expect(server.listening).rejects.toMatchObject({ code: 'NotListening' });
  });

  test('the probe passes where client certificates are required', async () => {
    await using running = await runServer({ routes: [echo], clientCa: (await makeCa()).certPem });
    await running.server.probe();
  });

  test('its remaining days are a metric', async () => {
    const registry = new Registry();
    await using running = await runServer({ routes: [echo], metrics: new WebhookMetrics(registry) });
    expect(running.url).toMatch(/^https:/);
    const line = /^tke_webhook_certificate_days_left\{server="test"\} (.+)$/m.exec(await registry.metrics());
    expect(Number(line?.[1])).toBeCloseTo(1, 1);
  });
});
