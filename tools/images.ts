// Makes OCI images of both apps from parts of this machine: the Node binary that npm installed, the shared libraries it
// loads, and the bundle. No registry and no engine is needed; `docker load`, `podman load` and `ctr image import` read
// the archives. config/images/Dockerfile does the same on a public base image.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { apps, bundlePath, type App } from './build.ts';

const root = join(import.meta.dirname, '..');
/** The user id of the images; numeric, so that `runAsNonRoot` can be checked by the kubelet. */
const userId = 65532;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

class ImageLayout {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  }

  addBlob(mediaType: string, content: Buffer): Descriptor {
    const digest = sha256(content);
    writeFileSync(join(this.#folder, 'blobs', 'sha256', digest), content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  }

  addJson(mediaType: string, content: object): Descriptor {
    return this.addBlob(mediaType, Buffer.from(JSON.stringify(content)));
  }

  writeIndex(manifest: Descriptor, name: string): void {
    const annotations = { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': name };
    const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
    writeFileSync(join(this.#folder, 'index.json'), JSON.stringify(index));
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A reproducible tar of a folder: fixed order, times and owners. */
function tar(folder: string): Buffer {
  const fixed = [
    '--sort=name',
    '--mtime=@0',
    '--mode=a+rX,go-w',
    `--owner=${userId}`,
    `--group=${userId}`,
    '--numeric-owner',
  ];
  return execFileSync('tar', [...fixed, '-C', folder, '-cf', '-', '.'], { maxBuffer: 2 ** 31 });
}

function gzip(content: Buffer): Buffer {
  return execFileSync('gzip', ['-n'], { input: content, maxBuffer: 2 ** 31 });
}

/** The shared libraries of a program, as the dynamic linker finds them. */
function sharedLibraries(program: string): readonly string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

function runtimeFiles(folder: string): void {
  const node = realpathSync(join(root, 'node_modules', '.bin', 'node'));
  const target = join(folder, 'usr', 'bin', 'node');
  mkdirSync(dirname(target), { recursive: true });
  execFileSync('strip', ['--strip-debug', '-o', target, node]);
  for (const library of sharedLibraries(node)) {
    mkdirSync(join(folder, dirname(library)), { recursive: true });
    copyFileSync(library, join(folder, library));
  }
  mkdirSync(join(folder, 'etc'), { recursive: true });
  writeFileSync(join(folder, 'etc', 'passwd'), `nonroot:x:${userId}:${userId}::/nonexistent:/sbin/nologin\n`);
}

function appFiles(folder: string, app: App): void {
  mkdirSync(join(folder, 'app'), { recursive: true });
  copyFileSync(bundlePath(app), join(folder, 'app', 'main.cjs'));
}

/** Fills a temporary folder, packs it and removes it. */
function layer(fill: (folder: string) => void): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tke-layer-'));
  try {
    fill(folder);
    return tar(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function imageConfig(layers: readonly Buffer[]): object {
  return {
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    os: 'linux',
    config: {
      User: `${userId}:${userId}`,
      Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
      // V8 takes the container's memory limit into account only through a share of it (engineering note in docs/install.md).
      Entrypoint: ['/usr/bin/node', '--max-old-space-size-percentage=65', '--max-semi-space-size=16', '/app/main.cjs'],
    },
    rootfs: { type: 'layers', diff_ids: layers.map((content) => `sha256:${sha256(content)}`) },
  };
}

function buildImage(app: App, runtime: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'tke-image-'));
  try {
    const layout = new ImageLayout(folder);
    const layers = [runtime, layer((target) => appFiles(target, app))];
    const oci = 'application/vnd.oci.image';
    const manifest = layout.addJson(`${oci}.manifest.v1+json`, {
      schemaVersion: 2,
      mediaType: `${oci}.manifest.v1+json`,
      config: layout.addJson(`${oci}.config.v1+json`, imageConfig(layers)),
      layers: layers.map((content) => layout.addBlob(`${oci}.layer.v1.tar+gzip`, gzip(content))),
    });
    layout.writeIndex(manifest, `tke-${app}:dev`);
    const archive = join(root, 'apps', app, 'dist', `tke-${app}.oci.tar`);
    writeFileSync(archive, tar(folder));
    return archive;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const runtime = layer(runtimeFiles);
for (const app of apps) {
  const archive = buildImage(app, runtime);
  process.stdout.write(`${archive}: ${(statSync(archive).size / 2 ** 20).toFixed(0)} MiB\n`);
}
