import type { PackageProgram, PackageRelease } from '@tke/package-source';
import { forEachConcurrently } from '@tke/runtime';
import type { Attempt } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { hostStepErrors } from './errors.ts';

/** In the PATH of systemd's units and of root, before those of the distribution: systemd.exec(5). */
export const programFolder = '/usr/local/bin';
export const cniFolder = '/opt/cni/bin';

/** Transfers to one host. sshd takes ten sessions of a connection (MaxSessions), and others want some too. */
export const transfersAtOnce = 4;

export function programPaths(names: readonly string[]): readonly string[] {
  return names.map((name) => `${programFolder}/${name}`);
}

/** Those of a release by name. Throws PackageIncomplete (NeedsUser). */
export function programsNamed({ version, architecture, programs }: PackageRelease, names: readonly string[]) {
  return names.map((name) => {
    const found = programs.find((program) => program.folder === 'bin' && program.name === name);
    if (found === undefined) {
      throw hostStepErrors.PackageIncomplete(`the package of ${version} for ${architecture} has no program ${name}`);
    }
    return found;
  });
}

/** Sends what the host does not have. */
export function installPrograms(
  session: HostSession,
  programs: readonly PackageProgram[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  return forEachConcurrently(programs, transfersAtOnce, signal, (program) =>
    session.upload(`${folder}/${program.name}`, program, { mode: 0o755, owner: 'root:root', parents: 0o755 }),
  );
}

/** The programs of these names, from the release for the host. */
export async function installNamed(
  scope: BuildScope,
  { target, signal }: Attempt,
  names: readonly string[],
): Promise<readonly PackageProgram[]> {
  const [session, release] = await Promise.all([scope.session(target), scope.release(target)]);
  const programs = programsNamed(release, names);
  await installPrograms(session, programs, programFolder, signal);
  return programs;
}
