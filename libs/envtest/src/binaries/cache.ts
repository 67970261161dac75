import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { errorMessage } from '@tke/errors';

import { download, type DownloadOptions } from './download.ts';
import { goBuild, type BuildOptions } from './go-build.ts';
import { withLock } from './lock.ts';
import type { ReleaseComponent } from './release-component.ts';

export interface CacheOptions extends DownloadOptions, BuildOptions {
  /** Holds one folder per component and version. */
  readonly root: string;
}

/** The folder with a component's binaries, which is made when it is not there. */
export async function cached(component: ReleaseComponent, options: CacheOptions): Promise<string> {
  const folder = join(options.root, `${component.name}-${component.version}-linux-${options.arch}`);
  if (await isComplete(folder, component)) {
    return folder;
  }
  const onWait = () =>
    options.report(`another process prepares ${component.name} ${component.version}: waiting for it`);
  const fill = async () => ((await isComplete(folder, component)) ? undefined : obtain(component, folder, options));
  await withLock(folder, fill, { onWait, signal: options.signal });
  return folder;
}

async function isComplete(folder: string, { binaries }: ReleaseComponent): Promise<boolean> {
  const found = await Promise.all(binaries.map((name) => isExecutable(join(folder, name))));
  return found.every(Boolean);
}

/** Works in a folder of its own and renames it at the end: what has the final name is complete. */
async function obtain(component: ReleaseComponent, folder: string, options: CacheOptions): Promise<void> {
  const prefix = `${basename(folder)}.partial-`;
  await mkdir(options.root, { recursive: true });
  const abandoned = (await readdir(options.root)).filter((name) => name.startsWith(prefix));
  await Promise.all(abandoned.map((name) => rm(join(options.root, name), { recursive: true, force: true })));
  const partial = await mkdtemp(join(options.root, prefix));
  try {
    await downloadOrBuild(component, partial, options);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function downloadOrBuild(component: ReleaseComponent, folder: string, options: CacheOptions): Promise<void> {
  try {
    await download(component, folder, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    options.report(`no download of ${component.name} ${component.version}: ${errorMessage(error)}`);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await goBuild(component, folder, options);
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
