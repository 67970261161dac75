import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { errorMessage } from '@tke/errors';

import { isExecutable } from '../binaries/cache.ts';
import { errors } from './errors.ts';
import { tool } from './tool.ts';

export interface SshdBinaries {
  readonly sshd: string;
  readonly keygen: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Debian's packages, without what every installation has. */
const packages = ['openssh-server', 'openssh-client', 'libwrap0'];

/** Finds sshd: on the PATH, where distributions keep it, in the cache, which is filled from Debian's packages. */
export async function resolveSshd(env: NodeJS.ProcessEnv = process.env): Promise<SshdBinaries> {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];
  const sshd = await firstExecutable(folders.map((folder) => join(folder, 'sshd')));
  const keygen = await firstExecutable(folders.map((folder) => join(folder, 'ssh-keygen')));
  return sshd !== undefined && keygen !== undefined ? { sshd, keygen, env } : unpacked(env);
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await isExecutable(path)) {
      return path;
    }
  }
  return undefined;
}

async function unpacked(env: NodeJS.ProcessEnv): Promise<SshdBinaries> {
  const cacheHome = env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache');
  const folder = join(cacheHome, 'tke', 'envtest', `openssh-${process.arch}`);
  const sshd = join(folder, 'usr', 'sbin', 'sshd');
  try {
    if (!(await isExecutable(sshd))) {
      await unpack(join(cacheHome, 'tke', 'envtest'), folder);
    }
    const libraries = await libraryFolders(join(folder, 'usr', 'lib'));
    const withLibraries = { ...env, LD_LIBRARY_PATH: libraries.join(':') };
    await tool(join(folder, 'usr', 'bin', 'ssh-keygen'), ['-l', '-f', '/dev/null'], { env: withLibraries }).catch(
      (error: unknown) => {
        // An empty file is no key, which only a program that could be loaded says.
        if (!errorMessage(error).includes('is not a public key file')) {
          throw error;
        }
      },
    );
    return { sshd, keygen: join(folder, 'usr', 'bin', 'ssh-keygen'), env: withLibraries };
  } catch (cause) {
    throw errors.SshdMissing(`no sshd on this machine, and none from Debian's packages: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

/** Works in a folder of its own and renames it at the end: what has the final name is complete. */
async function unpack(root: string, folder: string): Promise<void> {
  await mkdir(root, { recursive: true });
  const partial = await mkdtemp(join(root, 'openssh.partial-'));
  try {
    await tool('apt-get', ['download', ...packages], { cwd: partial });
    for (const file of (await readdir(partial)).filter((name) => name.endsWith('.deb'))) {
      await tool('dpkg', ['-x', file, 'unpacked'], { cwd: partial });
    }
    await rename(join(partial, 'unpacked'), folder).catch((error: unknown) => {
      if (!/ENOTEMPTY|EEXIST/.test(errorMessage(error))) {
        throw error; // otherwise another process was faster
      }
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function libraryFolders(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(folder, name));
}
