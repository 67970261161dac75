// Builds a package source: a folder with the programs and images that hosts need for a version of Kubernetes, and an
// index with their digests. Official releases where they can be downloaded, else builds with Go; no container engine.
import { arch } from 'node:os';
import { resolve } from 'node:path';

import { errorMessage } from '@tke/errors';
import { userCache } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { packageSource } from '@tke/package-source';
import { systemClock } from '@tke/time';

import { buildRelease } from './build-release.ts';
import { ensureInstalled, thisMachine } from './debian.ts';
import { proxyPrograms } from './kube-proxy-tools.ts';
import { parseOptions, usage, type Options } from './options.ts';
import { PackageFolder } from './package-folder.ts';

const compilers = { '/usr/bin/gcc': 'gcc', '/usr/bin/pkg-config': 'pkg-config' };
const headers = { '/usr/include/seccomp.h': 'libseccomp-dev', '/usr/include/stdio.h': 'libc6-dev' };

async function main(): Promise<void> {
  const { absentOnly, ...options } = parseOptions(process.argv.slice(2), arch());
  const { folder, architecture } = options;
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const releases = absentOnly ? await absentOf(options) : options.releases;
  if (releases.length === 0) {
    return;
  }
  ensureInstalled({ ...compilers, ...headers, ...proxyPrograms }, thisMachine, report);
  const packages = new PackageFolder(folder);
  const cache = userCache({ report });
  for (const release of releases) {
    const started = performance.now();
    const { kubernetes: version } = release;
    report(`packages for Kubernetes ${version} on ${architecture} ...`);
    const built = await buildRelease(release, architecture, packages, cache);
    await packages.publish(version, architecture, built);
    const files = [...built.programs, ...built.images];
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(
      `${folder}: Kubernetes ${version}, ${files.length} files, ${Math.round(bytes / 1e6)} MB, ${seconds} s\n`,
    );
  }
}

/** What the folder does not have, or not in good order. */
async function absentOf({ folder, architecture, releases }: Omit<Options, 'absentOnly'>) {
  const source = packageSource(resolve(folder), { cacheFolder: folder, clock: systemClock, logger: discardLogger });
  const found = await Promise.all(
    releases.map(async (release) =>
      source.release(release.kubernetes, architecture).then(
        () => [],
        () => [release],
      ),
    ),
  );
  return found.flat();
}

await main().catch((error: unknown) => {
  process.stderr.write(`${errorMessage(error)}\n${error instanceof TypeError ? `${usage}\n` : ''}`);
  process.exitCode = 1;
});
