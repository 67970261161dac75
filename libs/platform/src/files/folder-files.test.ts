import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { FolderFiles } from './folder-files.ts';

const { signal } = new AbortController();

let outside: string;
let folder: string;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'tke-files-'));
  folder = join(outside, 'files');
  await mkdir(join(folder, 'hooks/deep'), { recursive: true });
  await writeFile(join(outside, 'secret'), 'secret');
  await writeFile(join(folder, 'one.sh'), 'one', { mode: 0o755 });
  await writeFile(join(folder, 'hooks/a'), 'a', { mode: 0o640 });
  await writeFile(join(folder, 'hooks/deep/b'), 'b', { mode: 0o600 });
});
afterEach(() => rm(outside, { recursive: true }));

const names = async (src: string, files = new FolderFiles(folder)) =>
  (await files.find(src, signal)).map(({ path, mode }) => `${path} ${mode.toString(8)}`);

describe('what features.files may name', () => {
  test('is a file, also by a path that begins with / as in manifests of TKEStack', async () => {
    expect(await names('one.sh')).toEqual([' 755']);
    expect(await names('/hooks/a')).toEqual([' 640']);
    const [file] = await new FolderFiles(folder).find('one.sh', signal);
    expect(file?.source).toMatchObject({
      bytes: 3,
      sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
    });
  });

  test('is a folder with all folders in it', async () => {
    expect(await names('hooks/')).toEqual(['a 640', 'deep/b 600']);
    expect(await names('/')).toEqual(['hooks/a 640', 'hooks/deep/b 600', 'one.sh 755']);
  });

  test('may hold links to what is in the folder of files', async () => {
    await symlink('../one.sh', join(folder, 'hooks/link'));
    await symlink('deep', join(folder, 'hooks/other'));
    await symlink('..', join(folder, 'hooks/deep/up')); // round for ever
    expect(await names('hooks')).toEqual(['a 640', 'deep/b 600', 'link 755', 'other/b 600']);
  });

  test('is read as the kubelet mounts a ConfigMap: its files once', async () => {
    const mounted = join(folder, 'mounted');
    await mkdir(join(mounted, '..2026_01_01'), { recursive: true });
    await writeFile(join(mounted, '..2026_01_01/hook.sh'), 'x', { mode: 0o644 });
    await symlink('..2026_01_01', join(mounted, '..data'));
    await symlink('..data/hook.sh', join(mounted, 'hook.sh'));
    expect(await names('mounted')).toEqual(['hook.sh 644']);
  });

  test('is told apart from what it was before', async () => {
    const files = new FolderFiles(folder);
    const digest = async () => (await files.find('hooks/a', signal))[0]?.source.sha256;
    const before = await digest();
    expect(await digest()).toBe(before);
    await writeFile(join(folder, 'hooks/a'), 'changed');
    expect(await digest()).not.toBe(before);
  });
});

describe('what it may not', () => {
  test.each(['missing', 'one.sh/below', '../secret', 'hooks/../../secret', 'hooks/..', 'a\0b'])(
    '%j is not found',
    async (src) => {
      await expect(names(src)).rejects.toMatchObject({ code: 'FileNotFound', class: 'NeedsUser' });
    },
  );

  test.each([
    ['a link', 'out'],
    ['a file behind a link to a folder', 'up/secret'],
    ['a folder with such a link', 'hooks'],
  ])('%s out of the folder is not followed', async (_what, src) => {
    await symlink('../secret', join(folder, 'out'));
    await symlink('..', join(folder, 'up'));
    await symlink(join(outside, 'secret'), join(folder, 'hooks/out'));
    await expect(names(src)).rejects.toMatchObject({
      code: 'FileNotFound',
      message: expect.stringContaining('leads out of the folder'),
    });
  });

  test('a folder whose name begins like that of the folder of files is outside', async () => {
    await mkdir(`${folder}-private`);
    await writeFile(`${folder}-private/key`, 'key');
    await symlink(`${folder}-private/key`, join(folder, 'key'));
    await expect(names('key')).rejects.toMatchObject({ code: 'FileNotFound' });
  });

  test('is too large or too much', async () => {
    const small = new FolderFiles(folder, { bytes: 2 });
    await expect(names('one.sh', small)).rejects.toMatchObject({ code: 'PlatformFileTooLarge', class: 'NeedsUser' });
    const few = new FolderFiles(folder, { files: 2 });
    expect(await names('hooks', few)).toHaveLength(2);
    await expect(names('/', few)).rejects.toMatchObject({ code: 'TooManyFiles', class: 'NeedsUser' });
  });
});
