import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { TenantFiles } from './tenant-files.ts';

const { signal } = new AbortController();
let folder: string;
let files: TenantFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-files-'));
  for (const path of [
    'shared/ntp.sh',
    'shared/both.sh',
    'tenants/one/key',
    'tenants/one/both.sh',
    'tenants/two/key',
    'top',
  ]) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  files = new TenantFiles(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function contentOf(tenantID: string, src: string): Promise<string> {
  const [file] = await files.find(tenantID, src, signal);
  const chunks: Buffer[] = [];
  for await (const chunk of file!.source.open()) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

test.each([
  ['one', 'key', 'tenants/one/key'],
  ['one', 'ntp.sh', 'shared/ntp.sh'],
  ['one', 'both.sh', 'tenants/one/both.sh'],
  ['two', 'both.sh', 'shared/both.sh'],
  ['', 'ntp.sh', 'shared/ntp.sh'],
])('tenant %j gets by %s the file %s', async (tenantID, src, content) => {
  expect(await contentOf(tenantID, src)).toBe(content);
});

test.each([
  ['two', 'tenants/one/key'],
  ['two', '/tenants/one/key'],
  ['two', 'top'],
  ['', 'key'],
  ['../tenants/one', 'key'],
  ['one/../two', 'key'],
])('tenant %j gets nothing by %s', async (tenantID, src) => {
  await expect(files.find(tenantID, src, signal)).rejects.toMatchObject({ code: 'FileNotFound' });
});

test('the whole folder of a tenant is his, and no other', async () => {
  const found = await files.find('two', '/', signal);
  expect(found.map(({ path }) => path)).toEqual(['key']);
});

test('a link into the folder of another tenant leads nowhere', async () => {
  symlinkSync('../one/key', join(folder, 'tenants', 'two', 'stolen'));
  await expect(files.find('two', 'stolen', signal)).rejects.toMatchObject({ code: 'FileNotFound' });
});
