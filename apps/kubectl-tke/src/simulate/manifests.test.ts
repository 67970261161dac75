import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { readManifests } from './manifests.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-manifests-'));
});

afterEach(() => rm(folder, { recursive: true }));

const none = () => Promise.resolve('');
const named = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const text = (...names: string[]) => names.map((name) => `---\n${JSON.stringify(named(name))}\n`).join('');

async function names(paths: string[], input = none): Promise<string[]> {
  return (await readManifests(paths, input)).map(({ object }) => object.metadata.name ?? '');
}

test('files, folders without their kustomization, lists and standard input are read', async () => {
  await writeFile(join(folder, 'b.yaml'), text('b1', 'b2'));
  await writeFile(join(folder, 'a.json'), JSON.stringify({ kind: 'List', items: [named('a1'), named('a2')] }));
  await writeFile(join(folder, 'kustomization.yaml'), 'resources: [b.yaml]');
  await writeFile(join(folder, 'notes.txt'), 'x');
  expect(await names([folder])).toEqual(['a1', 'a2', 'b1', 'b2']);
  expect(await names([join(folder, 'b.yaml'), '-'], () => Promise.resolve(text('in')))).toEqual(['b1', 'b2', 'in']);
});

test.each([
  ['{kind: ConfigMap, metadata: {name: x}}', 'apiVersion is missing'],
  ['{apiVersion: v1, kind: ConfigMap, metadata: {generateName: x-}}', 'metadata.name is missing'],
  ['just text', 'apiVersion is missing'],
  ['a: [', 'x.yaml: '],
])('%s is refused, naming the file', async (content, message) => {
  await writeFile(join(folder, 'x.yaml'), content);
  await expect(names([folder])).rejects.toMatchObject({
    code: 'FileInvalid',
    message: expect.stringContaining(message),
  });
});

test('a file that is not there is named', async () => {
  await expect(names([join(folder, 'nowhere')])).rejects.toThrow(/nowhere/);
});
