import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { layer, writeImageArchive } from './image-archive.ts';

interface Blob {
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-archive-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function sampleLayer(): Buffer {
  return layer(0, (root) => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin', 'tool'), 'a program', { mode: 0o755 });
    utimesSync(join(root, 'bin', 'tool'), Math.random() * 1e9, Math.random() * 1e9);
  });
}

function writeSample(path: string, name = 'registry.k8s.io/tool:v1'): void {
  const config = { Entrypoint: ['/bin/tool'], User: '1:1' };
  writeImageArchive(path, { name, architecture: 'arm64', config, layers: [sampleLayer(), layer(7, () => undefined)] });
}

test('an archive holds an image whose digests and sizes are right', () => {
  const archive = join(folder, 'image.tar');
  writeSample(archive);
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  execFileSync('tar', ['-xf', archive, '-C', unpacked]);
  const sha256 = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const blob = ({ digest, size }: Blob) => {
    const content = readFileSync(join(unpacked, 'blobs', ...digest.split(':')));
    expect([sha256(content), content.length]).toEqual([digest, size]);
    return content;
  };
  const json = <T>(content: Buffer) => JSON.parse(content.toString()) as T;

  expect(json(readFileSync(join(unpacked, 'oci-layout')))).toEqual({ imageLayoutVersion: '1.0.0' });
  const { manifests } = json<{ manifests: Blob[] }>(readFileSync(join(unpacked, 'index.json')));
  expect(manifests.map(({ annotations }) => annotations['io.containerd.image.name'])).toEqual([
    'registry.k8s.io/tool:v1',
  ]);
  const manifest = json<{ config: Blob; layers: Blob[] }>(blob(manifests[0]!));
  const layers = manifest.layers.map((entry) => gunzipSync(blob(entry)));
  expect(json(blob(manifest.config))).toEqual({
    architecture: 'arm64',
    os: 'linux',
    config: { Entrypoint: ['/bin/tool'], User: '1:1' },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
  });
  const listing = execFileSync('tar', ['-tvf', '-', '--numeric-owner'], { input: layers[0], encoding: 'utf8' });
  expect(listing).toMatch(/^-rwxr-xr-x 0\/0 +9 1970-01-01 .*bin\/tool$/m);
});

test('the same image gives the same bytes, another one does not', () => {
  const names = ['one.tar', 'other.tar', 'third.tar'].map((name) => join(folder, name));
  writeSample(names[0]!);
  writeSample(names[1]!);
  writeSample(names[2]!, 'registry.k8s.io/tool:v2');
  const [one, other, third] = names.map((name) => readFileSync(name));
  expect(one!.equals(other!)).toBe(true);
  expect(one!.equals(third!)).toBe(false);
});
