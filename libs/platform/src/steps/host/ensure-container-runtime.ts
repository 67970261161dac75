import type { Step, Waiting } from '@tke/plan';
import type { PackageProgram, PackageRelease } from '@tke/package-source';

import type { BuildScope } from '../../build/scope.ts';
import { cgroupDriver } from '../../containerd/cgroup-driver.ts';
import { configPath, containerdSocket, crictlConfig, crictlConfigPath, renderConfig } from '../../containerd/config.ts';
import { containerdUnit } from '../../containerd/unit.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { hostStepErrors } from './errors.ts';
import { installNamed, programPaths } from './install-programs.ts';
import { applyService, revisionOf, serviceFailure, unitFolder } from './service.ts';
import { everyNode } from './targets.ts';

const unit = 'containerd.service';
const unitPath = `${unitFolder}/${unit}`;
const programs = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'crictl'];
const pollMs = 500;

export const ownedPaths: readonly string[] = [
  ...programPaths(programs),
  unitPath,
  configPath,
  crictlConfigPath,
  '/var/lib/containerd',
  '/run/containerd',
  '/opt/containerd', // of its plugin opt
];

/** The pause image of a release. Throws PackageIncomplete (NeedsUser). */
export function sandboxImage({ version, architecture, images }: PackageRelease): string {
  const found = images.find(({ reference }) => /\/pause:[^/]+$/.test(reference));
  if (found === undefined) {
    throw hostStepErrors.PackageIncomplete(`the package of ${version} for ${architecture} has no pause image`);
  }
  return found.reference;
}

/** A running containerd keeps its containers when it is started anew (KillMode=process), so no pod notices a change of version. */
export const ensureContainerRuntime: Step<BuildScope> = {
  name: 'EnsureContainerRuntime',
  targets: everyNode,
  async run(scope, attempt) {
    const [session, release] = await Promise.all([scope.session(attempt.target), scope.release(attempt.target)]);
    const config = renderConfig({ sandboxImage: sandboxImage(release), cgroupDriver: cgroupDriver(scope.cluster) });
    const installed = await installNamed(scope, attempt, programs);
    await session.write(configPath, config, { mode: 0o644, parents: 0o755 });
    await session.write(crictlConfigPath, crictlConfig, { mode: 0o644 });
    await session.write(unitPath, containerdUnit, { mode: 0o644 });
    await applyService(session, { unit, revision: revision(config, installed), start: true });
    return untilAnswering(session);
  },
};

function revision(config: string, installed: readonly PackageProgram[]): string {
  return revisionOf([config, containerdUnit, ...installed.map(({ sha256 }) => sha256)]);
}

/** The first question is for the daemon, the second for the plugin that the kubelet talks to: it may be missing while the rest works. */
const probe = `ctr --connect-timeout 5s version > /dev/null && crictl --timeout 5s info > /dev/null || exit 1`;

async function untilAnswering(session: HostSession): Promise<Waiting | undefined> {
  const { exitCode, stderr } = await session.script(probe, [], { exitCodes: [0, 1] });
  if (exitCode === 0) {
    return undefined;
  }
  const failure = await serviceFailure(session, unit);
  if (failure !== undefined) {
    throw hostStepErrors.ServiceFailed(`${session.ip}: ${failure}`);
  }
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return {
    message: `containerd on ${session.ip} does not answer at ${containerdSocket} yet: ${said}`,
    retryAfterMs: pollMs,
  };
}
