import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { errorMessage } from '@tke/errors';
import { reportToStderr } from '@tke/envtest';
import { getContainerRuntimeClient, ImageName } from 'testcontainers';

import { cacheFolder } from './engine.ts';
import { errors } from './errors.ts';
import { findProgram, tool } from './tool.ts';

const suite = 'bookworm';
/** A mirror of Debian, where the one that debootstrap takes by itself is not to be used. */
const { TKE_DEBIAN_MIRROR: mirror } = process.env;

/** What any Debian server has, and nothing that is there for the product: no curl, no Python, no container runtime. */
const packages = [
  'ca-certificates',
  'conntrack',
  'dbus',
  'ethtool',
  'iproute2',
  'iptables',
  'kmod',
  'nftables',
  'openssh-server',
  'procps',
  'socat',
  'systemd',
  'systemd-sysv',
];

/** Timers that would change files in the middle of a test. */
const masked = ['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'systemd-tmpfiles-clean.timer'];

/** Part of the recipe: it tidies up what must be of its own on each machine, and what is not needed. */
const finishScript = `
set -e
root=$1
shift
rm -f "$root"/etc/ssh/ssh_host_* "$root"/var/lib/dbus/machine-id "$root"/etc/hostname "$root"/etc/resolv.conf
: > "$root/etc/machine-id" # systemd makes one at the first boot
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/locale/* "$root"/usr/share/man/*
for unit; do
  ln -s /dev/null "$root/etc/systemd/system/$unit"
done
`;

/**
 * Makes sure that the engine has the image of a bare Debian machine, and returns its name. It is made once for each
 * recipe, which takes a minute or two and root, and kept in the user's cache. Call it within `withEngineLock`.
 */
export async function ensureHostImage(): Promise<string> {
  const recipe = JSON.stringify({ suite, packages, masked, finishScript, arch: process.arch });
  const digest = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  const image = `tke-bare-host:${digest}`;
  const { container, image: images } = await getContainerRuntimeClient();
  if (!(await images.exists(ImageName.fromString(image)))) {
    const archive = await ensureArchive(digest);
    const [repo, tag] = image.split(':');
    const answer = await container.dockerode.importImage(archive, { repo, tag });
    const said = await text(answer);
    if (said.includes('"error"')) {
      throw errors.HostImageFailed(`the engine did not import ${archive}: ${said}`);
    }
  }
  return image;
}

async function ensureArchive(digest: string): Promise<string> {
  const folder = join(cacheFolder(), 'bare-host');
  const archive = join(folder, `${digest}.tar`);
  if (existsSync(archive)) {
    return archive;
  }
  if (process.getuid?.() !== 0 || findProgram('debootstrap') === undefined) {
    throw errors.HostImageFailed(
      'the image of hosts is made by debootstrap (Debian: apt-get install debootstrap) as root',
    );
  }
  await mkdir(folder, { recursive: true });
  const abandoned = (await readdir(folder)).filter((name) => name.startsWith('partial-'));
  await Promise.all(abandoned.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  const partial = await mkdtemp(join(folder, 'partial-'));
  try {
    reportToStderr('making the image of hosts with debootstrap: once, a minute or two ...');
    await bootstrap(join(partial, 'root'));
    await tool('tar', ['-C', join(partial, 'root'), '-cf', join(partial, 'tar'), '.']);
    await rename(join(partial, 'tar'), archive);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return archive;
}

async function bootstrap(root: string): Promise<void> {
  try {
    const options = ['--variant=minbase', `--include=${packages.join(',')}`];
    // In a mount namespace of its own: what it mounts is gone with it, also when it is killed.
    await tool('unshare', [
      '--mount',
      'debootstrap',
      ...options,
      suite,
      root,
      ...(mirror === undefined ? [] : [mirror]),
    ]);
  } catch (cause) {
    const log = await readFile(join(root, 'debootstrap', 'debootstrap.log'), 'utf8').catch(() => '');
    const tail = log.trimEnd().split('\n').slice(-10).join('\n');
    throw errors.HostImageFailed(`${errorMessage(cause)}\n${tail}`, { cause });
  }
  await tool('sh', ['-c', finishScript, 'sh', root, ...masked]);
}
