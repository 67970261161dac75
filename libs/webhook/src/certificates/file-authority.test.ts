import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FakeClock } from '@tke/time';

import { makeCa } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { withoutPolls } from '../testing/without-polls.ts';
import { RecordingLogger } from '@tke/log/testing';

import { FileAuthority } from './file-authority.ts';

jest.setTimeout(60_000);

let folder: string;
let path: string;
let logger: RecordingLogger;
let authority: FileAuthority;
let stop: AbortController;
let running: Promise<void>;

/** In one step: what is read while a file is written would be another content. */
async function replace(content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

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

test('follows the events of the file and tells of each change once', async () => {
  authority = new FileAuthority({ path, logger, clock: withoutPolls });
  const [first, second] = [(await makeCa('first')).certPem, (await makeCa('second')).certPem];
  await writeFile(path, first);
  await authority.load();
  expect(authority.current()).toBe(first);
  const told: string[] = [];
  const unsubscribe = authority.subscribe((pem) => told.push(pem));
  running = authority.start(stop.signal);
  await replace(first + second);
  await eventually(() => expect(authority.current()).toBe(first + second));
  unsubscribe();
  await replace(second);
  await eventually(() => expect(authority.current()).toBe(second));
  expect(told).toEqual([first + second]);
  expect(logger.at('info').at(-1)?.fields.subjects).toEqual(['CN=second']);
});

test.each([
  ['nothing', ''],
  ['no certificate', 'hello'],
  ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
])('%s in the file keeps the one before, and is told once', async (_what, content) => {
  const clock = new FakeClock();
  authority = new FileAuthority({ path, logger, clock });
  const { certPem } = await makeCa();
  await writeFile(path, certPem);
  await authority.load();
  running = authority.start(stop.signal);
  // It has read the file, and waits for an event or its time.
  const waits = () => eventually(() => expect(clock.pendingTimers).toBe(1));
  await waits();
  await replace(content);
  for (let times = 0; times < 2; times += 1) {
    await clock.advance(11_000);
    await waits();
    expect(logger.at('error')).toHaveLength(1);
    expect(authority.current()).toBe(certPem);
  }
});

test('a first one that is missing or bad is an error', async () => {
  await expect(authority.load()).rejects.toMatchObject({ code: 'ENOENT' });
  await writeFile(path, 'hello');
  await expect(authority.load()).rejects.toMatchObject({ code: 'CertificateInvalid' });
  expect(authority.current()).toBeUndefined();
});
