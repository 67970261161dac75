import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { installNamed, programPaths } from './install-programs.ts';
import { everyNode } from './targets.ts';

const programs = ['kubeadm'];

export const ownedPaths: readonly string[] = programPaths(programs);

export const ensureKubeadm: Step<BuildScope> = {
  name: 'EnsureKubeadm',
  targets: everyNode,
  async run(scope, attempt) {
    await installNamed(scope, attempt, programs);
    return undefined;
  },
};
