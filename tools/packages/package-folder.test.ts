import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { parseIndex, type IndexedRelease } from '@tke/package-source';

import { PackageFolder } from './package-folder.ts';

let folder: string;
let packages: PackageFolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-folder-'));
  packages = new PackageFolder(folder);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function release(name: string): Promise<IndexedRelease> {
  const file = await packages.add(name, `programs/${name}`, (target) => writeFileSync(target, name));
  return { programs: [{ ...file, version: '1.0.0', folder: 'bin' }], images: [] };
}

function listed(): object {
  const { versions } = parseIndex(readFileSync(join(folder, 'index.json'), 'utf8'));
  const names = [...versions].map(([version, releases]) => [
    version,
    Object.fromEntries([...releases].map(([arch, { programs }]) => [arch, programs.map(({ name }) => name).join()])),
  ]);
  return Object.fromEntries(names) as object;
}

test('a file is described by size and digest, and keeps its mode', async () => {
  const source = join(folder, 'source');
  writeFileSync(source, 'a program', { mode: 0o755 });
  expect(await packages.copy('tool', 'programs/amd64/tool', source)).toEqual({
    name: 'tool',
    path: 'programs/amd64/tool',
    bytes: 9,
    sha256: createHash('sha256').update('a program').digest('hex'),
  });
  expect(statSync(join(folder, 'programs/amd64/tool')).mode & 0o777).toBe(0o755);
});

test('a file that is the same is left alone, another takes its place, and nothing else stays', async () => {
  const inode = () => statSync(join(folder, 'tool'), { bigint: true }).ino;
  await packages.add('tool', 'tool', (target) => writeFileSync(target, 'one'));
  const first = inode();
  await packages.add('tool', 'tool', (target) => writeFileSync(target, 'one'));
  expect(inode()).toBe(first);
  await packages.add('tool', 'tool', (target) => writeFileSync(target, 'two'));
  expect(readFileSync(join(folder, 'tool'), 'utf8')).toBe('two');
  expect(readdirSync(folder)).toEqual(['tool']);
});

test('a file that could not be made leaves the old one and no rest', async () => {
  await packages.add('tool', 'tool', (target) => writeFileSync(target, 'one'));
  const broken = packages.add('tool', 'tool', (target) => {
    writeFileSync(target, 'half');
    throw new Error('the disk is full');
  });
  await expect(broken).rejects.toThrow('the disk is full');
  expect(readFileSync(join(folder, 'tool'), 'utf8')).toBe('one');
  expect(readdirSync(folder)).toEqual(['tool']);
});

test('releases are added to those that are there and take the place of their like', async () => {
  await packages.publish('1.34.4', 'amd64', await release('a'));
  await packages.publish('1.36.3', 'amd64', await release('b'));
  await packages.publish('1.36.3', 'arm64', await release('c'));
  await packages.publish('1.34.4', 'amd64', await release('d'));
  expect(listed()).toEqual({ '1.34.4': { amd64: 'd' }, '1.36.3': { amd64: 'b', arm64: 'c' } });
});

test('an index that nobody here wrote is not overwritten', async () => {
  writeFileSync(join(folder, 'index.json'), '{"name":"a web site"}');
  await expect(packages.publish('1.36.3', 'amd64', await release('a'))).rejects.toThrow('unknown field "name"');
  expect(readFileSync(join(folder, 'index.json'), 'utf8')).toBe('{"name":"a web site"}');
});
