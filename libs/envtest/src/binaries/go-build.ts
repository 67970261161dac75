import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Clock } from '@tke/time';

import { errors } from '../errors.ts';
import { Progress, type Report } from './progress.ts';
import type { GoBuild, ReleaseComponent } from './release-component.ts';

export interface BuildOptions {
  /** `amd64` or `arm64`, what this machine is: parts in C are not built for another. */
  readonly arch: string;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Builds a component from the committed go.mod and go.sum into `folder`. Throws GoMissing or BuildFailed. */
export async function goBuild(component: ReleaseComponent, folder: string, options: BuildOptions): Promise<void> {
  const { name, version, binaries, build } = component;
  const progress = new Progress(`building ${name} ${version} with Go (minutes, once)`, options.report, options.clock);
  let modules = 0;
  let compiled = 0;
  // With -v every module that is fetched and every package that is compiled is a line on standard error.
  const count = (line: string) => {
    modules += Number(line.startsWith('go: downloading'));
    compiled += Number(!line.startsWith('go:'));
    progress.update(`${modules} modules fetched, ${compiled} packages compiled`);
  };
  const env = { CGO_ENABLED: build.cgoTags === undefined ? '0' : '1', GOARCH: options.arch, GOWORK: 'off' };
  for (const binary of binaries) {
    const args = ['build', '-v', '-trimpath', ...buildFlags(build), '-o', join(folder, binary)];
    await runGo([...args, build.packages[binary] ?? binary], build.folder, count, {
      ...options,
      env: { ...options.env, ...env },
    });
  }
  progress.done();
}

function buildFlags({ linkerVariables = {}, cgoTags }: GoBuild): readonly string[] {
  const variables = Object.entries(linkerVariables).map(([key, value]) => `-X ${key}=${value}`);
  // Go's own resolver and user lookup: those of glibc load libraries at run time, which a static program has not.
  const tags = cgoTags === undefined ? [] : ['-tags', [...cgoTags, 'netgo', 'osusergo'].join(',')];
  const linking = cgoTags === undefined ? [] : ['-linkmode external', '-extldflags -static'];
  return [...tags, '-ldflags', ['-s', '-w', ...linking, ...variables].join(' ')];
}

async function runGo(
  args: readonly string[],
  cwd: string,
  onLine: (line: string) => void,
  { env, signal }: BuildOptions,
): Promise<void> {
  const child = spawn('go', args, {
    cwd,
    env,
    signal,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const tail: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    tail.push(line);
    tail.splice(0, tail.length - 20);
    onLine(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const missing = () => errors.GoMissing('there is no "go" in PATH', { cause });
      reject(cause.code === 'ENOENT' ? missing() : ((signal?.reason ?? cause) as Error));
    });
  });
  if (code !== 0) {
    throw errors.BuildFailed(`go ${args.join(' ')} in ${cwd} failed:\n${tail.join('\n')}`);
  }
}
