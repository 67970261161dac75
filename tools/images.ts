// Makes OCI images of both apps from parts of this machine: the Node binary that npm installed, the shared libraries it
// loads, and the bundle. No registry and no engine is needed; config/images/Dockerfile does the same on a public base image.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';

import { apps, bundlePath, type App } from './build.ts';
import { layer, writeImageArchive, type ImageConfig } from './oci/image-archive.ts';
import { copySharedLibraries } from './oci/shared-libraries.ts';

const root = join(import.meta.dirname, '..');
/** The user id of the images; numeric, so that `runAsNonRoot` can be checked by the kubelet. */
const userId = 65532;

function runtimeFiles(folder: string): void {
  const node = realpathSync(join(root, 'node_modules', '.bin', 'node'));
  const target = join(folder, 'usr', 'bin', 'node');
  mkdirSync(dirname(target), { recursive: true });
  execFileSync('strip', ['--strip-debug', '-o', target, node]);
  copySharedLibraries([node], folder);
  mkdirSync(join(folder, 'etc'), { recursive: true });
  writeFileSync(join(folder, 'etc', 'passwd'), `nonroot:x:${userId}:${userId}::/nonexistent:/sbin/nologin\n`);
}

function appFiles(folder: string, app: App): void {
  mkdirSync(join(folder, 'app'), { recursive: true });
  copyFileSync(bundlePath(app), join(folder, 'app', 'main.cjs'));
}

const config: ImageConfig = {
  User: `${userId}:${userId}`,
  Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
  // V8 takes the container's memory limit into account only through a share of it (engineering note in docs/install.md).
  Entrypoint: ['/usr/bin/node', '--max-old-space-size-percentage=65', '--max-semi-space-size=16', '/app/main.cjs'],
};

const runtime = layer(userId, runtimeFiles);
for (const app of apps) {
  const archive = join(root, 'apps', app, 'dist', `tke-${app}.oci.tar`);
  const layers = [runtime, layer(userId, (folder) => appFiles(folder, app))];
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  writeImageArchive(archive, { name: `tke-${app}:dev`, architecture, config, layers });
  process.stdout.write(`${archive}: ${(statSync(archive).size / 2 ** 20).toFixed(0)} MiB\n`);
}
