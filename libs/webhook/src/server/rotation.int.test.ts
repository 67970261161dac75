import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startLoad, type LoadOptions } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import type { CertificateAndKey } from '@tke/pki';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

import { FileAuthority } from '../certificates/file-authority.ts';
import { FileCertificates } from '../certificates/file-certificates.ts';
import { makeCa, makeClientPair, makeServerPair } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { dial } from '../testing/https-client.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';
import { subjectAccessReviewRoutes } from '../sar/routes.ts';

jest.setTimeout(300_000);

let answers = 0;

const routes = subjectAccessReviewRoutes({
  ready: () => true,
  authorize: ({ user }) => {
    answers += 1;
    return { allowed: user === 'alice', reason: 'by name' };
  },
});

/** Resolves when many requests more have been answered. */
async function underLoad(): Promise<void> {
  const enough = answers + 500;
  await eventually(() => expect(answers).toBeGreaterThan(enough), 60_000);
}

const requests = ['alice', 'bob'].map((user) => ({
  path: '/auth/authz',
  body: {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes: { verb: 'get', resource: 'pods' } },
  },
  right: [user === 'alice' ? 'allow' : 'noOpinion'],
}));

let folder: string;
let stop: AbortController;
let running: Promise<unknown>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-rotation-'));
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running;
  await rm(folder, { recursive: true });
});

async function writePair({ certPem, keyPem }: CertificateAndKey): Promise<void> {
  await writeFile(join(folder, 'tls.crt'), certPem);
  await writeFile(join(folder, 'tls.key'), keyPem);
}

/** Fingerprint of what a new connection of this caller is shown. */
async function shown({ url, ca }: RunningServer, { certPem: cert, keyPem: key }: CertificateAndKey): Promise<string> {
  const socket = await dial(url, { ca: ca.certPem, cert, key });
  const { fingerprint256 } = socket.getPeerX509Certificate()!;
  socket.destroy();
  return fingerprint256;
}

test.each(['http/1.1', 'h2'] as const)(
  'server certificate and client CA are replaced under load without a failed or wrong answer (%s)',
  async (protocol) => {
    const [oldCa, newCa] = [await makeCa('old-ca'), await makeCa('new-ca')];
    const [oldClient, newClient] = await Promise.all([oldCa, newCa].map((ca) => makeClientPair(ca, 'apiserver', [])));
    const caFile = join(folder, 'client-ca.crt');
    await writeFile(caFile, oldCa.certPem);
    const clientCa = new FileAuthority({ path: caFile, logger: discardLogger });
    await clientCa.load();
    const certificates = new FileCertificates({ files: { dir: folder }, logger: discardLogger });
    const serverCa = await makeCa('server-ca');
    await writePair(await makeServerPair(serverCa));
    running = Promise.all([certificates.start(stop.signal), clientCa.start(stop.signal)]);
    await eventually(() => expect(certificates.current()).toBeDefined());
    await using served = await runServer({ routes, certificates, clientCa, http2: true });
    const server: RunningServer = { ...served, ca: serverCa };
    const load = (client: CertificateAndKey) => {
      const options: LoadOptions = { url: server.url, ca: serverCa.certPem, client, requests, protocol };
      return startLoad({ ...options, connections: 8, streams: 2 });
    };

    const asOld = load(oldClient!);
    await underLoad();
    for (let turn = 0; turn < 3; turn += 1) {
      const next = await makeServerPair(serverCa);
      await writePair(next);
      const { fingerprint256 } = new X509Certificate(next.certPem);
      await eventually(async () => expect(await shown(server, oldClient!)).toBe(fingerprint256));
    }
    // First both are trusted, then the callers change over, then the old one goes.
    await writeFile(caFile, oldCa.certPem + newCa.certPem);
    await eventually(() => expect(clientCa.current()).toContain(newCa.certPem));
    await underLoad();
    const asNew = load(newClient!);
    const before = await asOld.stop();
    await writeFile(caFile, newCa.certPem);
    await eventually(() => expect(clientCa.current()).toBe(newCa.certPem));
    await writePair(await makeServerPair(serverCa));
    const { certPem: cert, keyPem: key } = oldClient!;
    await expect(served.post('/auth/authz', { ca: serverCa.certPem, cert, key })).rejects.toThrow();
    await underLoad();
    const after = await asNew.stop();

    for (const report of [before, after]) {
      expect(report).toMatchObject({ wrong: 0, unanswered: {}, refused: {} });
      expect(report.statuses).toEqual({ 200: report.answered });
      expect(report.answered).toBeGreaterThan(100);
    }
    // Connections made under another set of authorities were ended by an answer and made anew.
    expect(before.connects).toBeGreaterThanOrEqual(16);
    process.stderr.write(`${protocol}: ${before.answered + after.answered} answers, none failed or wrong\n`);
  },
);
