import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { uniqueName } from '@tke/envtest';

import type { Host } from '../host.ts';
import { Secret } from '../secret.ts';
import { SshLab, until } from '../testing/hosts.ts';
import { localFile } from './files.ts';

jest.setTimeout(180_000);

let lab: SshLab;
let host: Host;
let folder: string;
beforeAll(async () => {
  lab = await SshLab.start();
  host = lab.host((await lab.user({ sudo: 'nopasswd' })).target);
});
beforeEach(() => {
  folder = join(lab.folder, uniqueName('files'));
  mkdirSync(folder);
});
afterAll(() => lab.stop());

const sudo = true;

function source(bytes: Buffer) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.length, sha256, open: () => Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]) };
}

describe('writing a file', () => {
  test('puts content and mode there, leaves alone what is right, and mends what is not', async () => {
    const path = join(folder, "it's a file");
    const content = Buffer.from([0, 255, 10, 13, 39]);
    const write = (bytes: Buffer, mode = 0o640) => host.files.write(path, bytes, { mode, sudo });
    expect(await write(content)).toBe('written');
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    const { ino } = statSync(path);
    expect(await write(content)).toBe('unchanged');
    expect(await write(content, 0o600)).toBe('attributes');
    expect(statSync(path)).toMatchObject({ ino, mode: 0o100600 });
    expect(await write(Buffer.from('other'), 0o600)).toBe('written');
    expect(readFileSync(path, 'utf8')).toBe('other');
    expect(readdirSync(folder)).toEqual(["it's a file"]);
  });

  test('takes a secret, which shows in no error', async () => {
    await host.files.write(join(folder, 'key'), new Secret('very hidden'), { mode: 0o600, sudo });
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('very hidden');
    const failure = await host.files
      .write(join(folder, 'none', 'key'), new Secret('very hidden'), { mode: 0o600, sudo })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CommandFailed', message: expect.stringContaining('none/key') });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('very hidden');
  });

  test('sets the owner, by name and by number, and mends it', async () => {
    const path = join(folder, 'owned');
    const write = (owner?: string) => host.files.write(path, 'x', { mode: 0o644, owner });
    expect(await write('nobody:daemon')).toBe('written');
    expect(await host.files.stat(path)).toMatchObject({ owner: 'nobody', group: 'daemon' });
    expect(await write('nobody')).toBe('unchanged');
    expect(await write('0:0')).toBe('attributes');
    expect(await write('0:0')).toBe('unchanged');
    expect(await host.files.stat(path)).toMatchObject({
      uid: 0,
      gid: 0,
      owner: 'root',
      mode: 0o644,
      bytes: 1,
      kind: 'file',
    });
  });

  test('makes missing folders where that is asked for', async () => {
    const path = join(folder, 'a', 'b', 'file');
    await host.files.write(path, 'x', { mode: 0o644, parents: 0o750, sudo });
    expect(statSync(join(folder, 'a', 'b')).mode & 0o7777).toBe(0o750);
    expect(statSync(join(folder, 'a')).mode & 0o0022).toBe(0);
  });

  test.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/etc/hostname', path)],
  ])('%s of the same name stays', async (_, make) => {
    const path = join(folder, 'taken');
    make(path);
    const refused = host.files.write(path, 'x', { mode: 0o644, sudo });
    await expect(refused).rejects.toMatchObject({ code: 'NotAFile', class: 'NeedsUser' });
  });

  test('follows no link that somebody put in the way of the part file', async () => {
    // Every process id there could be: the shell that writes cannot get another.
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    const next = Number((await host.run(['sh', '-c', 'echo $$'], { sudo: false })).stdout);
    for (let pid = next; pid < next + 2000; pid += 1) {
      symlinkSync(victim, join(folder, `.file.tke-${pid}`));
    }
    await host.files.write(join(folder, 'file'), 'content', { mode: 0o644, sudo }).catch(() => undefined);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });
});

describe('uploading a file', () => {
  test('streams it, tells how far it is, and sends nothing that is there already', async () => {
    const bytes = randomBytes(5_000_000);
    const local = join(folder, 'local');
    writeFileSync(local, bytes);
    const remote = join(folder, 'remote');
    const progress: number[] = [];
    const options = { mode: 0o755, sudo, onProgress: (sent: number) => void progress.push(sent) };
    expect(await host.files.upload(remote, await localFile(local), options)).toBe('written');
    expect(readFileSync(remote).equals(bytes)).toBe(true);
    expect(progress.at(-1)).toBe(bytes.length);
    expect(progress.length).toBeGreaterThan(5);
    const open = () => {
      throw new Error('not needed');
    };
    expect(await host.files.upload(remote, { ...(await localFile(local)), open }, options)).toBe('unchanged');
  });

  test('whose content is not what its digest promises leaves the old file and nothing else', async () => {
    const path = join(folder, 'package');
    writeFileSync(path, 'old');
    const wrong = { ...source(randomBytes(100_000)), sha256: '0'.repeat(64) };
    await expect(host.files.upload(path, wrong, { mode: 0o644, sudo })).rejects.toMatchObject({
      code: 'ContentDiffers',
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['package']);
  });

  test('whose source breaks leaves the old file and nothing else', async () => {
    const path = join(folder, 'package');
    writeFileSync(path, 'old');
    const open = () =>
      Readable.from(
        (async function* () {
          yield randomBytes(100_000);
          await until('the part file exists', () => readdirSync(folder).length === 2);
          throw new Error('mirror went away');
        })(),
      );
    const broken = { ...source(randomBytes(200_000)), open };
    await expect(host.files.upload(path, broken, { mode: 0o644, sudo })).rejects.toThrow('mirror went away');
    await until('the part file is gone', () => readdirSync(folder).length === 1);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('cut off by the end of sshd leaves the old file and nothing else', async () => {
    const path = join(folder, 'package');
    writeFileSync(path, 'old');
    const open = () =>
      Readable.from(
        (async function* () {
          yield randomBytes(100_000);
          await until('the part file exists', () => readdirSync(folder).length === 2);
          await lab.sshd.kill();
          yield randomBytes(100_000);
        })(),
      );
    const cut = { ...source(randomBytes(200_000)), open };
    await expect(host.files.upload(path, cut, { mode: 0o644, sudo })).rejects.toMatchObject({ code: 'ConnectionLost' });
    await lab.sshd.restart();
    await until('the part file is gone', () => readdirSync(folder).length === 1);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('what a killed writer left is cleared away by the next one, what a living one has is not', async () => {
    writeFileSync(join(folder, '.file.tke-4194304'), 'left');
    writeFileSync(join(folder, `.file.tke-${process.pid}`), 'in use');
    await host.files.write(join(folder, 'file'), 'x', { mode: 0o644, sudo });
    expect(readdirSync(folder).sort()).toEqual([`.file.tke-${process.pid}`, 'file']);
  });

  test('to a full disk says so, and leaves the old file and nothing else', async () => {
    await host.run(['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0777', 'tmpfs', folder]);
    try {
      const path = join(folder, 'package');
      writeFileSync(path, 'old');
      const full = host.files.upload(path, source(randomBytes(3_000_000)), { mode: 0o644 });
      await expect(full).rejects.toMatchObject({
        code: 'DiskFull',
        class: 'NeedsUser',
        message: expect.stringContaining(path),
      });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['package']);
    } finally {
      await host.run(['umount', '-l', folder]);
    }
  });
});

describe('reading', () => {
  test('gives the bytes of a file, up to a limit, and undefined for none', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, Buffer.from([1, 0, 255]));
    chmodSync(path, 0o644);
    expect([...(await host.files.read(path, { sudo }))!]).toEqual([1, 0, 255]);
    expect(await host.files.read(path, { maxBytes: 3, sudo })).toHaveLength(3);
    await expect(host.files.read(path, { maxBytes: 2, sudo })).rejects.toMatchObject({ code: 'FileTooLarge' });
    await expect(host.files.read(folder, { sudo })).rejects.toMatchObject({ code: 'NotAFile' });
    expect(await host.files.read(join(folder, 'none'), { sudo })).toBeUndefined();
  });

  test('stat tells files, folders and links apart, and what is not there', async () => {
    writeFileSync(join(folder, 'file'), 'four');
    symlinkSync('nowhere', join(folder, 'link'));
    const kind = async (name: string) => (await host.files.stat(join(folder, name), { sudo }))?.kind;
    expect([await kind('file'), await kind('.'), await kind('link'), await kind('none')]).toEqual([
      'file',
      'folder',
      'link',
      undefined,
    ]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
