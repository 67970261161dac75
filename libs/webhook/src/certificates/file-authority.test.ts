import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { makeCa } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';

import { FileAuthority } from './file-authority.ts';

let folder: string;
let path: string;
let logger: RecordingLogger;
let authority: FileAuthority;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-client-ca-'));
  path = join(folder, 'ca.crt');
  logger = new RecordingLogger();
  authority = new FileAuthority({ path, logger });
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await rm(folder, { recursive: true });
});

test('follows the file and tells of each change once', async () => {
  const [first, second] = [(await makeCa('first')).certPem, (await makeCa('second')).certPem];
  await writeFile(path, first);
  await authority.load();
  expect(authority.current()).toBe(first);
  const told: string[] = [];
  const unsubscribe = authority.subscribe((pem) => told.push(pem));
  running = authority.start(stop.signal);
  await writeFile(path, first + second);
  await eventually(() => expect(authority.current()).toBe(first + second));
  unsubscribe();
  await writeFile(path, second);
  await eventually(() => expect(authority.current()).toBe(second));
  expect(told).toEqual([first + second]);
  expect(logger.at('info').at(-1)?.fields.subjects).toEqual(['CN=second']);
});

test.each([
  ['nothing', ''],
  ['no certificate', 'hello'],
  ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
])('%s in the file keeps the one before, and is told once', async (_what, content) => {
  const { certPem } = await makeCa();
  await writeFile(path, certPem);
  await authority.load();
  running = authority.start(stop.signal);
  await writeFile(path, content);
  await eventually(() => expect(logger.at('error')).toHaveLength(1));
  expect(authority.current()).toBe(certPem);
  await writeFile(path, certPem);
  await writeFile(join(folder, 'other'), '');
  expect(logger.at('error')).toHaveLength(1);
});

test('a first one that is missing or bad is an error', async () => {
  await expect(authority.load()).rejects.toMatchObject({ code: 'ENOENT' });
  await writeFile(path, 'hello');
  await expect(authority.load()).rejects.toMatchObject({ code: 'CertificateInvalid' });
  expect(authority.current()).toBeUndefined();
});
