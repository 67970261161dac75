import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { CertificateAndKey } from '@tke/pki';
import { FakeClock, systemClock } from '@tke/time';

import { makeCa, makeServerPair } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { withoutPolls } from '../testing/without-polls.ts';
import { RecordingLogger } from '@tke/log/testing';

import { FileCertificates, type FileCertificatesOptions } from './file-certificates.ts';

jest.setTimeout(60_000);

let dir: string;
let ca: CertificateAndKey;
let logger: RecordingLogger;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  ca = await makeCa();
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tke-certificates-'));
  logger = new RecordingLogger();
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await rm(dir, { recursive: true });
});

function follow(options: Partial<FileCertificatesOptions> = {}): FileCertificates {
  const source = new FileCertificates({ files: { dir }, logger, ...options });
  const abort = new AbortController();
  const ended = source.start(abort.signal);
  stops.push(() => {
    abort.abort();
    return ended;
  });
  return source;
}

async function write(directory: string, { certPem, keyPem }: CertificateAndKey): Promise<void> {
  await writeFile(join(directory, 'tls.crt'), certPem);
  await writeFile(join(directory, 'tls.key'), keyPem);
}

/** Follows the files at times that the test chooses, so that none is read while it is written. */
async function followByClock(options: Partial<FileCertificatesOptions> = {}) {
  const clock = new FakeClock(systemClock.now());
  const source = follow({ clock, ...options });
  // It has read the files, and waits for an event or its time.
  const waits = () => eventually(() => expect(clock.pendingTimers).toBe(1));
  await waits();
  const reread = async () => {
    await clock.advance(11_000);
    await waits();
  };
  return { source, clock, waits, reread };
}

const errors = () => logger.at('error').map(({ message, fields }) => `${message}: ${(fields.error as Error).message}`);

test('files that are missing at first are named once and taken at the events of their coming', async () => {
  const source = follow({ clock: withoutPolls });
  await eventually(() => expect(errors()).toEqual([expect.stringContaining(join(dir, 'tls.crt'))]));
  const pair = await makeServerPair(ca);
  await write(dir, pair);
  await eventually(() => expect(source.current()).toEqual(pair));
});

test('a pair whose change is an event is told to subscribers, an unchanged one is not', async () => {
  const [before, after] = await Promise.all([makeServerPair(ca), makeServerPair(ca)]);
  await write(dir, before);
  const source = follow({ clock: withoutPolls });
  await eventually(() => expect(source.current()).toEqual(before));
  const told: CertificateAndKey[] = [];
  const unsubscribe = source.subscribe((pair) => told.push(pair));
  await write(dir, before);
  await write(dir, after);
  await eventually(() => expect(told).toEqual([after]));
  unsubscribe();
  await write(dir, before);
  await eventually(() => expect(source.current()).toEqual(before));
  expect(told).toEqual([after]);
});

test('the directory may be a mounted Secret, whose ..data link is replaced', async () => {
  const [before, after] = await Promise.all([makeServerPair(ca), makeServerPair(ca)]);
  for (const [name, pair] of [
    ['..v1', before],
    ['..v2', after],
  ] as const) {
    await mkdir(join(dir, name));
    await write(join(dir, name), pair);
  }
  await symlink('..v1', join(dir, '..data'));
  await symlink('..data/tls.crt', join(dir, 'tls.crt'));
  await symlink('..data/tls.key', join(dir, 'tls.key'));
  const { source, reread } = await followByClock();
  expect(source.current()).toEqual(before);
  await symlink('..v2', join(dir, '..data_tmp'));
  await rename(join(dir, '..data_tmp'), join(dir, '..data'));
  await reread();
  expect(source.current()).toEqual(after);
  expect(errors()).toEqual([]);
});

describe('a pair that cannot be served', () => {
  test.each([
    [
      'the key of another certificate',
      async () => ({ keyPem: (await makeServerPair(ca)).keyPem }),
      /was not issued for the private key/,
    ],
    ['an empty certificate file', async () => Promise.resolve({ certPem: '' }), /the certificate cannot be read/],
    ['text for a key', async () => Promise.resolve({ keyPem: 'not a key' }), /the private key cannot be read/],
  ])('%s is logged once and the pair before stays', async (_what, spoil, message) => {
    const good = await makeServerPair(ca);
    await write(dir, good);
    const { source, reread } = await followByClock();
    expect(source.current()).toEqual(good);
    const bad = { ...good, ...(await spoil()) };
    for (let times = 0; times < 2; times += 1) {
      await write(dir, bad);
      await reread();
      expect(errors()).toEqual([expect.stringMatching(message)]);
      expect(source.current()).toEqual(good);
    }
    const next = await makeServerPair(ca);
    await write(dir, next);
    await reread();
    expect(source.current()).toEqual(next);
    expect(errors()).toHaveLength(1);
    expect(JSON.stringify(logger.lines)).not.toContain('PRIVATE KEY');
  });
});

test('without events the files are polled every ten seconds', async () => {
  const pair = await makeServerPair(ca);
  const nowhere = join(dir, 'not-there-yet');
  const { source, clock, waits } = await followByClock({ files: { dir: nowhere } });
  expect(logger.at('warn')).toHaveLength(1); // the directory cannot be watched
  await mkdir(nowhere);
  await write(nowhere, pair);
  await clock.advance(9_000);
  await waits();
  expect(source.current()).toBeUndefined();
  await clock.advance(1_100);
  await waits();
  expect(source.current()).toEqual(pair);
});
