import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { releaseOf } from '../catalogue.ts';
import { imageReferences } from '../completeness.ts';
import { formatIndex, type IndexedFile, type IndexedRelease } from '../package-index.ts';
import type { Architecture } from '../package-source.ts';

export const hostPrograms = [
  ...['kubeadm', 'kubelet', 'kubectl', 'containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'crictl'],
  ...['bridge', 'host-local', 'loopback', 'portmap'],
];

/** Files by path, all that a mirror holds. */
export type Files = Map<string, Buffer>;

export interface SampleOptions {
  readonly architecture?: Architecture;
  /** Changes what is listed before it is written to the index. */
  readonly change?: (release: IndexedRelease) => object;
}

/** A complete package source of small files, for the versions given. */
export function samplePackages(versions: readonly string[], options: SampleOptions = {}): Files {
  const { architecture = 'amd64', change = (release) => release } = options;
  const files: Files = new Map();
  const releases = versions.map((version) => {
    const release = sampleRelease(version, architecture, files);
    return [version, new Map([[architecture, change(release) as IndexedRelease]])] as const;
  });
  files.set('index.json', Buffer.from(formatIndex({ versions: new Map(releases) })));
  return files;
}

function sampleRelease(version: string, architecture: Architecture, files: Files): IndexedRelease {
  const add = (name: string, path: string): IndexedFile => {
    const content = Buffer.from(`${name} of ${version} on ${architecture}\n`.repeat(50));
    files.set(path, content);
    return { name, path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  };
  const known = releaseOf(version);
  return {
    programs: hostPrograms.map((name, index) => ({
      ...add(name, `programs/${version}/${name}`),
      version: '1.0.0',
      folder: index < 8 ? ('bin' as const) : ('cni' as const),
    })),
    images: (known === undefined ? [] : imageReferences(known)).map((reference) => {
      const name = reference.slice(reference.lastIndexOf('/') + 1, reference.lastIndexOf(':'));
      return { ...add(name, `images/${version}/${name}.tar`), reference, controlPlaneOnly: false };
    }),
  };
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
