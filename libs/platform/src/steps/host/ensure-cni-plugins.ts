import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { hostStepErrors } from './errors.ts';
import { cniFolder, installPrograms } from './install-programs.ts';
import { everyNode } from './targets.ts';

/** With what plugins keep and read: addresses they gave away, and configurations. */
export const ownedPaths: readonly string[] = ['/opt/cni', '/etc/cni', '/var/lib/cni'];

export const ensureCNIPlugins: Step<BuildScope> = {
  name: 'EnsureCNIPlugins',
  targets: everyNode,
  async run(scope, { target, signal }) {
    const [session, { version, architecture, programs }] = await Promise.all([
      scope.session(target),
      scope.release(target),
    ]);
    const plugins = programs.filter(({ folder }) => folder === 'cni');
    if (plugins.length === 0) {
      throw hostStepErrors.PackageIncomplete(`the package of ${version} for ${architecture} has no CNI plugins`);
    }
    await installPrograms(session, plugins, cniFolder, signal);
    return undefined;
  },
};
