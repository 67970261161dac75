import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { createCa, issueCertificate } from '@tke/pki';
import { FakeClock, systemClock, type Timer } from '@tke/time';

import { packageSource, type PackageSourceOptions } from './open-source.ts';
import { samplePackages, type Files } from './testing/sample-packages.ts';

const kubelet = 'programs/1.36.3/kubelet';

class RecordingClock extends FakeClock {
  readonly delays: number[] = [];

  override setTimer(delayMs: number, callback: () => void): Timer {
    this.delays.push(delayMs);
    return super.setTimer(delayMs, callback);
  }
}

let folder: string;
let cacheFolder: string;
let servers: Server[];
let location: string;
let clock: RecordingClock;
let requests: string[];
let files: Files;
/** What is done instead of sending the file, by path. */
let instead: Map<string, (response: ServerResponse) => void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tke-mirror-'));
  cacheFolder = join(folder, 'a', 'cache');
  [servers, requests, files, instead] = [[], [], samplePackages(['1.34.4', '1.36.3']), new Map()];
  clock = new RecordingClock(Date.now());
  location = `http://127.0.0.1:${await listening(createServer(answer))}/packages`;
});

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

function answer({ url = '' }: { url?: string | undefined }, response: ServerResponse): void {
  const path = url.slice('/packages/'.length);
  requests.push(path);
  const content = files.get(path);
  const act = instead.get(path);
  if (act !== undefined) {
    act(response);
  } else {
    response.writeHead(content === undefined ? 404 : 200, { 'content-length': content?.length ?? 0 }).end(content);
  }
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function open(options: Partial<PackageSourceOptions> = {}) {
  return packageSource(location, { cacheFolder, clock, logger: discardLogger, ...options });
}

/** Lets sockets and promises go on until something has happened. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) {
    await nextTurn();
  }
}

/** Time for what would happen too much. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) {
    await nextTurn();
  }
}

describe('a mirror', () => {
  test('gives a release with files to read, and keeps no more than is right', async () => {
    const { programs, images } = await open().release('1.36.3', 'amd64');
    expect(await buffer(programs.find(({ name }) => name === 'kubelet')!.open())).toEqual(files.get(kubelet));
    expect(images).toHaveLength(7);
    const digests = [...programs, ...images].map(({ sha256 }) => sha256);
    expect(readdirSync(cacheFolder).sort()).toEqual(digests.sort());
  });

  test('is asked once by all hosts together, and for the index alone later', async () => {
    const source = open();
    await Promise.all(Array.from({ length: 20 }, () => source.release('1.36.3', 'amd64')));
    expect(requests).toHaveLength(1 + 19);
    await source.release('1.36.3', 'amd64');
    expect(requests).toHaveLength(1 + 19);
    await clock.advance(30_000);
    await source.release('1.36.3', 'amd64');
    expect(requests.slice(20)).toEqual(['index.json']);
    await open().release('1.36.3', 'amd64');
    expect(requests.slice(20)).toEqual(['index.json', 'index.json']);
  });

  test('sends four files at a time', async () => {
    const held: (() => void)[] = [];
    for (const [path, content] of [...files].filter(([name]) => name !== 'index.json')) {
      instead.set(path, (response) => held.push(() => response.end(content)));
    }
    const asked = open().release('1.36.3', 'amd64');
    let sent = 0;
    for (const expected of [4, 8, 12, 16, 19]) {
      await until(() => held.length >= expected);
      await settled();
      expect(held).toHaveLength(expected);
      held.slice(sent).forEach((send) => send());
      sent = expected;
    }
    await asked;
  });

  test('may redirect', async () => {
    instead.set(kubelet, (response) => response.writeHead(302, { location: '../../elsewhere/kubelet' }).end());
    files.set('elsewhere/kubelet', files.get(kubelet)!);
    await open().release('1.36.3', 'amd64');
    expect(requests).toContain('elsewhere/kubelet');
  });

  test('that redirects for ever, or away from HTTP, is not followed', async () => {
    instead.set('index.json', (response) => response.writeHead(307, { location: 'index.json' }).end());
    await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageSourceUnreachable',
      message: `${location}/index.json: more than 5 redirects`,
    });
    instead.set('index.json', (response) => response.writeHead(302, { location: 'file:///etc/shadow' }).end());
    await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageSourceUnreachable',
      message: expect.stringContaining('a redirect from http:// to file://'),
    });
  });
});

describe('an index is refused that', () => {
  test('is not there', async () => {
    files.delete('index.json');
    await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageIndexInvalid',
      class: 'NeedsUser',
      message: `${location}/index.json: HTTP 404`,
    });
  });

  test('is a page for people', async () => {
    files.set('index.json', Buffer.from('<html>It works!</html>'));
    await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({ code: 'PackageIndexInvalid' });
  });

  test('is larger than any can be, before all of it has come', async () => {
    let sent = 0;
    instead.set('index.json', (response) => {
      const send = () => {
        if (!response.destroyed && sent < 64 * 2 ** 20) {
          sent += 2 ** 20;
          response.write(Buffer.alloc(2 ** 20, 0x20), () => setImmediate(send));
        }
      };
      send();
    });
    await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageIndexInvalid',
      message: `index.json of ${location}/ has more than 4194304 bytes`,
    });
    expect(sent).toBeLessThan(32 * 2 ** 20);
  });
});

describe('a download fails that', () => {
  async function failure(): Promise<unknown> {
    const error: unknown = await open()
      .release('1.36.3', 'amd64')
      .then(
        () => 'no failure',
        (reason: unknown) => reason,
      );
    const digests = new Set(readdirSync(cacheFolder).map((name) => name.slice(64)));
    expect([...digests].join()).toBe('');
    return error;
  }

  test('is not there', async () => {
    files.delete(kubelet);
    expect(await failure()).toMatchObject({
      code: 'PackageMissing',
      class: 'NeedsUser',
      message: `${location}/${kubelet}, which index.json names: HTTP 404`,
    });
  });

  test('the mirror cannot give now', async () => {
    const closed = Promise.withResolvers<undefined>();
    instead.set(kubelet, (response) => {
      response.once('close', () => closed.resolve(undefined));
      response.writeHead(503).write('a page that is never over');
    });
    expect(await failure()).toMatchObject({
      code: 'PackageSourceUnreachable',
      class: 'Retryable',
      message: `${location}/${kubelet}: HTTP 503`,
    });
    await closed.promise;
  });

  test('has other content', async () => {
    files.set(kubelet, Buffer.from(files.get(kubelet)!.toString().replace('of', 'OF')));
    expect(await failure()).toMatchObject({
      code: 'PackageDamaged',
      message: expect.stringMatching(/1\.36\.3\/kubelet has SHA-256 [0-9a-f]{64}, its index says [0-9a-f]{64}$/),
    });
  });

  test('goes on after its end', async () => {
    files.set(kubelet, Buffer.concat([files.get(kubelet)!, Buffer.alloc(2 ** 20)]));
    expect(await failure()).toMatchObject({
      code: 'PackageDamaged',
      message: expect.stringContaining('has more than'),
    });
  });

  test('ends too early', async () => {
    const content = files.get(kubelet)!;
    instead.set(kubelet, (response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 100), () => response.destroy());
    });
    expect(await failure()).toMatchObject({ code: 'PackageSourceUnreachable', class: 'Retryable' });
  });

  test('ends too early though the connection says it is complete', async () => {
    files.set(kubelet, files.get(kubelet)!.subarray(0, 100));
    expect(await failure()).toMatchObject({
      code: 'PackageDamaged',
      message: expect.stringContaining('has 100 bytes'),
    });
  });

  test('is not answered in ten seconds', async () => {
    instead.set('index.json', () => undefined);
    const refused = expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageSourceUnreachable',
      message: `${location}/index.json: no answer in 10 s`,
    });
    await until(() => requests.length > 0);
    await clock.advance(9_999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await refused;
  });

  test('stalls for a minute', async () => {
    instead.set('index.json', (response) => void response.writeHead(200).write('{'));
    const refused = expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageSourceUnreachable',
      message: `${location}/index.json: nothing came for 60 s`,
    });
    // Ten seconds for the answer, a minute for the first byte, a minute for the next.
    await until(() => clock.delays.length === 3);
    expect(clock.delays).toEqual([10_000, 60_000, 60_000]);
    await clock.advance(59_999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await refused;
  });

  test('nobody waits for any more', async () => {
    instead.set(kubelet, (response) => void response.writeHead(200).write('kubelet'));
    const caller = new AbortController();
    const asked = open().release('1.36.3', 'amd64', caller.signal);
    await until(() => requests.includes(kubelet));
    caller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await until(() => readdirSync(cacheFolder).every((name) => name.length === 64));
    expect(clock.pendingTimers).toBe(0);
  });

  test('nobody serves', async () => {
    servers.forEach((server) => server.close());
    await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageSourceUnreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('the cache', () => {
  test('is downloaded anew where it has rotted', async () => {
    const { programs } = await open().release('1.36.3', 'amd64');
    const { sha256 } = programs.find(({ name }) => name === 'kubelet')!;
    writeFileSync(join(cacheFolder, sha256), 'rotten');
    const again = await open().release('1.36.3', 'amd64');
    expect(await buffer(again.programs.find(({ name }) => name === 'kubelet')!.open())).toEqual(files.get(kubelet));
    expect(requests.filter((path) => path === kubelet)).toHaveLength(2);
  });

  test('forgets what the index no longer names and downloads that never ended, and nothing else', async () => {
    await open().release('1.34.4', 'amd64');
    const [one = '', other = ''] = readdirSync(cacheFolder);
    const long = new Date(clock.now() - 25 * 60 * 60 * 1000);
    writeFileSync(join(cacheFolder, `${one}.partial-1-1`), '');
    utimesSync(join(cacheFolder, `${one}.partial-1-1`), long, long);
    writeFileSync(join(cacheFolder, `${other}.partial-1-1`), '');
    writeFileSync(join(cacheFolder, 'notes.txt'), '');
    files = samplePackages(['1.36.3']);
    const { programs, images } = await open().release('1.36.3', 'amd64');
    const digests = [...programs, ...images].map(({ sha256 }) => sha256);
    expect(readdirSync(cacheFolder).sort()).toEqual([...digests, `${other}.partial-1-1`, 'notes.txt'].sort());
  });

  test('that cannot be written says so', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(open({ cacheFolder: join(folder, 'file', 'cache') }).release('1.36.3', 'amd64')).rejects.toMatchObject(
      {
        code: 'PackageCacheUnusable',
        class: 'NeedsUser',
        message: expect.stringContaining('ENOTDIR'),
      },
    );
  });
});

test('a mirror behind HTTPS is trusted by the authority that is given', async () => {
  const ca = await createCa({ commonName: 'mirrors', clock: systemClock });
  const { certPem, keyPem } = await issueCertificate({
    ca,
    commonName: 'mirror',
    ips: ['127.0.0.1'],
    usages: ['server'],
    clock: systemClock,
  });
  const port = await listening(createSecureServer({ cert: certPem, key: keyPem }, answer));
  location = `https://127.0.0.1:${port}/packages/`;
  expect(await open({ ca: ca.certPem }).release('1.36.3', 'amd64')).toMatchObject({ version: '1.36.3' });
  await expect(open().release('1.36.3', 'amd64')).rejects.toMatchObject({
    code: 'PackageSourceUnreachable',
    message: expect.stringMatching(/certificate/),
  });
  instead.set('index.json', (response) => response.writeHead(302, { location: 'http://127.0.0.1/index.json' }).end());
  await expect(open({ ca: ca.certPem }).release('1.36.3', 'amd64')).rejects.toMatchObject({
    message: expect.stringContaining('a redirect from https:// to http://'),
  });
});
