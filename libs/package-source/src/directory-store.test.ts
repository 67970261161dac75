import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import { packageSource } from './open-source.ts';
import type { IndexedRelease } from './package-index.ts';
import type { PackageSource } from './package-source.ts';
import { samplePackages, writeFiles } from './testing/sample-packages.ts';

let folder: string;
let source: PackageSource;
const kubelet = 'programs/1.36.3/kubelet';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-packages-'));
  writeFiles(folder, samplePackages(['1.9.0', '1.34.4', '1.36.3']));
  source = packageSource(folder, { cacheFolder: '/nowhere', clock: systemClock, logger: discardLogger });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const changedAt = (file: string) => statSync(file, { bigint: true }).ctimeNs;

/** Content of the same length, so that only the digest tells, and the time: the clock of files stands still for milliseconds. */
function exchange(path: string): void {
  const file = join(folder, path);
  const before = changedAt(file);
  const content = readFileSync(file, 'utf8').replace('of', 'OF');
  do {
    writeFileSync(file, content);
  } while (changedAt(file) === before);
}

describe('a folder', () => {
  test('gives a release with files to read', async () => {
    const release = await source.release('1.36.3', 'amd64');
    expect(release).toMatchObject({ version: '1.36.3', architecture: 'amd64' });
    expect(source.location).toBe(folder);
    const found = release.programs.find(({ name }) => name === 'kubelet')!;
    const content = readFileSync(join(folder, kubelet));
    expect(found).toMatchObject({ folder: 'bin', version: '1.0.0', bytes: content.length });
    expect(found.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await buffer(found.open())).toEqual(content);
    expect(await buffer(found.open())).toEqual(content);
    expect(release.programs.filter((program) => program.folder === 'cni')).toHaveLength(4);
    const pause = release.images.find(({ reference }) => reference === 'registry.k8s.io/pause:3.10.2')!;
    expect(await buffer(pause.open())).toEqual(readFileSync(join(folder, 'images/1.36.3/pause.tar')));
  });

  test('is read once as long as it is left alone', async () => {
    const bytes = 32 * 2 ** 20;
    const content = Buffer.alloc(bytes, 'kubelet');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const change = ({ programs, images }: IndexedRelease) => ({
      programs: programs.map((program) => (program.path === kubelet ? { ...program, bytes, sha256 } : program)),
      images,
    });
    writeFiles(folder, samplePackages(['1.36.3'], { change }).set(kubelet, content));
    // What this process has read so far (proc(5)).
    const read = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
    const atFirst = read();
    await source.release('1.36.3', 'amd64');
    const afterOne = read();
    await source.release('1.36.3', 'amd64');
    expect(afterOne - atFirst).toBeGreaterThan(bytes);
    expect(read() - afterOne).toBeLessThan(bytes / 2);
  });

  test('may hold its files as links', async () => {
    const elsewhere = join(folder, 'kept');
    writeFileSync(elsewhere, readFileSync(join(folder, kubelet)));
    rmSync(join(folder, kubelet));
    symlinkSync(elsewhere, join(folder, kubelet));
    await expect(source.release('1.36.3', 'amd64')).resolves.toBeDefined();
  });
});

describe('before anything is changed it is told that', () => {
  test('there is no index', async () => {
    rmSync(join(folder, 'index.json'));
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageIndexInvalid',
      class: 'NeedsUser',
      message: `there is no index.json in ${folder}`,
    });
  });

  test('the index is garbage', async () => {
    writeFileSync(join(folder, 'index.json'), '{"schemaVersion":1');
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({ code: 'PackageIndexInvalid' });
  });

  test('the index is larger than any can be', async () => {
    writeFileSync(join(folder, 'index.json'), ' '.repeat(5 * 1024 * 1024));
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageIndexInvalid',
      message: `index.json of ${folder} has more than 4194304 bytes`,
    });
  });

  test('the folder cannot be read', async () => {
    rmSync(join(folder, 'index.json'));
    symlinkSync('index.json', join(folder, 'index.json'));
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageSourceUnreachable',
      class: 'Retryable',
    });
  });

  test('the version is not there', async () => {
    await expect(source.release('1.35.4', 'amd64')).rejects.toMatchObject({
      code: 'VersionNotPackaged',
      message: `${folder} has no packages for Kubernetes 1.35.4: it has 1.36.3, 1.34.4, 1.9.0`,
    });
    await expect(source.release('constructor', 'amd64')).rejects.toMatchObject({ code: 'VersionNotPackaged' });
  });

  test('the architecture is not there', async () => {
    await expect(source.release('1.36.3', 'arm64')).rejects.toMatchObject({
      code: 'ArchitectureNotPackaged',
      message: `${folder} has no packages for Kubernetes 1.36.3 on arm64: it has amd64`,
    });
  });

  test('a file is missing', async () => {
    rmSync(join(folder, kubelet));
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageMissing',
      message: `there is no file ${join(folder, kubelet)}, which index.json names`,
    });
    await expect(source.release('1.34.4', 'amd64')).resolves.toBeDefined();
  });

  test('the index forgets what hosts need', async () => {
    const change = ({ programs, images }: IndexedRelease) => ({
      programs: programs.filter((_, index) => index !== 1),
      images: images.slice(0, -1),
    });
    writeFiles(folder, samplePackages(['1.36.3'], { change }));
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageMissing',
      message: expect.stringContaining('lists no bin/kubelet, registry.k8s.io/pause:3.10.2 for Kubernetes 1.36.3'),
    });
  });

  test('a file has other content', async () => {
    exchange(kubelet);
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageDamaged',
      class: 'NeedsUser',
      message: expect.stringMatching(/kubelet has SHA-256 [0-9a-f]{64}, its index says [0-9a-f]{64}$/),
    });
  });

  test.each([
    ['shorter', 'kubelet', /kubelet has 7 bytes, its index says \d+$/],
    ['longer', 'kubelet of 1.36.3 on amd64\n'.repeat(51), /kubelet has more than the \d+ bytes/],
  ])('a file is %s', async (_, content, message) => {
    writeFileSync(join(folder, kubelet), content);
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({
      code: 'PackageDamaged',
      message: expect.stringMatching(message),
    });
  });
});

describe('a file that changes after it was verified', () => {
  test('is found out when the release is asked for again', async () => {
    await source.release('1.36.3', 'amd64');
    exchange(kubelet);
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({ code: 'PackageDamaged' });
  });

  test('is found out though its time and size are the old ones', async () => {
    const { atime, mtime } = statSync(join(folder, kubelet));
    await source.release('1.36.3', 'amd64');
    exchange(kubelet);
    utimesSync(join(folder, kubelet), atime, mtime);
    await expect(source.release('1.36.3', 'amd64')).rejects.toMatchObject({ code: 'PackageDamaged' });
  });

  test('does not come out of its stream as a whole', async () => {
    const { programs } = await source.release('1.36.3', 'amd64');
    const found = programs.find(({ name }) => name === 'kubelet')!;
    exchange(kubelet);
    const received: Buffer[] = [];
    const reading = found.open().on('data', (chunk: Buffer) => received.push(chunk));
    const error = await new Promise((resolve) => reading.once('error', resolve).once('end', () => resolve('the end')));
    expect(error).toMatchObject({ code: 'PackageDamaged' });
    expect(Buffer.concat(received).length).toBeLessThan(found.bytes);
  });

  test('or is gone fails its stream', async () => {
    const { programs } = await source.release('1.36.3', 'amd64');
    rmSync(join(folder, kubelet));
    await expect(buffer(programs.find(({ name }) => name === 'kubelet')!.open())).rejects.toMatchObject({
      code: 'PackageMissing',
    });
  });
});

describe('the location', () => {
  const secret = 'hunter2';
  test.each([
    ['packages', 'neither an absolute path nor'],
    ['ftp://mirror/packages', 'neither an absolute path nor'],
    ['', 'neither an absolute path nor'],
    [`https://admin:${secret}@mirror/packages`, 'at mirror has a user or a password'],
    [`https://mirror/packages?token=${secret}`, 'at mirror has a query'],
  ])('%s is refused', (location, message) => {
    const opening = () =>
      packageSource(location, { cacheFolder: '/nowhere', clock: systemClock, logger: discardLogger });
    expect(opening).toThrow(expect.objectContaining({ code: 'PackageLocationInvalid' }));
    expect(opening).toThrow(message);
    expect(opening).not.toThrow(secret);
  });
});
