import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

import { errorMessage } from '@tke/errors';
import { systemClock, type Clock } from '@tke/time';

import { download, officialSites, type DownloadOptions, type DownloadSites } from './download.ts';
import { goBuild, type BuildOptions } from './go-build.ts';
import { withLock } from './lock.ts';
import { reportToStderr, type Report } from './progress.ts';
import { architecture, type ReleaseComponent } from './release-component.ts';

export interface CacheSettings {
  /** XDG_CACHE_HOME, HOME and PATH are read from here. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly sites?: DownloadSites | undefined;
  /** Progress of long work. Default: lines on standard error. */
  readonly report?: Report | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CacheOptions extends DownloadOptions, BuildOptions {
  /** Holds one folder per component and version. */
  readonly root: string;
}

/** The user's cache, with binaries for this machine. Throws UnsupportedPlatform. */
export function userCache(settings: CacheSettings = {}): CacheOptions {
  const { env = process.env, sites = officialSites, report = reportToStderr, clock = systemClock } = settings;
  const { HOME: home = homedir(), XDG_CACHE_HOME: cacheHome = '' } = env;
  return {
    root: join(cacheHome === '' ? join(home, '.cache') : cacheHome, 'tke', 'envtest'),
    arch: architecture(process.platform, process.arch),
    signal: settings.signal,
    clock,
    env,
    report,
    sites,
  };
}

/** The folder with a component's binaries; those that it lacks are downloaded or, where that is refused, built with Go. */
export async function cached(component: ReleaseComponent, options: CacheOptions): Promise<string> {
  const folder = join(options.root, `${component.name}-${component.version}-linux-${options.arch}`);
  if ((await missing(folder, component)).length === 0) {
    return folder;
  }
  const onWait = () =>
    options.report(`another process prepares ${component.name} ${component.version}: waiting for it`);
  const fill = async () => {
    const binaries = await missing(folder, component);
    await (binaries.length === 0 ? undefined : obtain({ ...component, binaries }, folder, options));
  };
  await withLock(folder, fill, { onWait, signal: options.signal });
  return folder;
}

async function missing(folder: string, { binaries }: ReleaseComponent): Promise<readonly string[]> {
  const found = await Promise.all(binaries.map((name) => isExecutable(join(folder, name))));
  return binaries.filter((_, index) => !found[index]);
}

/** Works in a folder of its own and renames each file at the end: what has the final name is complete. */
async function obtain(component: ReleaseComponent, folder: string, options: CacheOptions): Promise<void> {
  const prefix = `${basename(folder)}.partial-`;
  await mkdir(options.root, { recursive: true });
  const abandoned = (await readdir(options.root)).filter((name) => name.startsWith(prefix));
  await Promise.all(abandoned.map((name) => rm(join(options.root, name), { recursive: true, force: true })));
  const partial = await mkdtemp(join(options.root, prefix));
  try {
    await downloadOrBuild(component, partial, options);
    await mkdir(folder, { recursive: true });
    for (const name of component.binaries) {
      await rename(join(partial, name), join(folder, name));
    }
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
