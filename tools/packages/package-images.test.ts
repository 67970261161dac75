import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { catalogue, imageReferences } from '@tke/package-source';

import { imageRecipes, type ImageRecipe } from './package-images.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-images-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const release = catalogue[0]!;

function recipes(): readonly ImageRecipe[] {
  const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
  for (const name of [...names, 'etcd', 'etcdctl', 'etcdutl', 'coredns']) {
    writeFileSync(join(folder, name), `program ${name}`, { mode: 0o755 });
  }
  const programs = (version: string) => ({ folder, version });
  return imageRecipes(release, { kubernetes: programs('v1'), etcd: programs('v3.6.8'), coredns: programs('v1.14.7') });
}

function recipe(wanted: string): ImageRecipe {
  return recipes().find(({ name }) => name === wanted)!;
}

/** Unpacks the image and gives the path of its root. */
function unpacked(image: ImageRecipe): string {
  const root = join(folder, 'root');
  mkdirSync(root);
  image.layers().forEach((input) => execFileSync('tar', ['-xf', '-', '-C', root], { input }));
  return root;
}

test('the images are those that kubeadm asks for', () => {
  const references = recipes().map(({ reference }) => reference);
  expect([...references].sort()).toEqual([...imageReferences(release)].sort());
  expect(new Set(references).size).toBe(references.length);
});

test('workers need no more than proxy, DNS and pause', () => {
  const names = recipes().flatMap(({ controlPlaneOnly, name }) => (controlPlaneOnly ? [] : [name]));
  expect(names).toEqual(['kube-proxy', 'coredns', 'pause']);
});

describe.each(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'])('%s', (name) => {
  test('is found by its bare name, as static pods call it', () => {
    const image = recipe(name);
    expect(image.config.Env).toContainEqual(expect.stringMatching(/^PATH=.*:\/usr\/local\/bin:/));
    expect(image.config.Entrypoint).toEqual([`/usr/local/bin/${name}`]);
    const root = unpacked(image);
    const listing = execFileSync('find', [root, '-type', 'f', '-perm', '755', '-printf', '/%P\n'], {
      encoding: 'utf8',
    });
    expect(listing).toContain(`/usr/local/bin/${name}\n`);
    expect(listing.includes('/usr/local/bin/etcdutl\n')).toBe(name === 'etcd');
  });
});

test('CoreDNS is run by its image, with arguments alone', () => {
  const image = recipe('coredns');
  expect(image.config.Entrypoint).toEqual(['/coredns']);
  expect(execFileSync('cat', [join(unpacked(image), 'coredns')], { encoding: 'utf8' })).toBe('program coredns');
  expect(image.config.Labels).toEqual({ 'org.opencontainers.image.version': 'v1.14.7' });
});
