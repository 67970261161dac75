import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { stateFolder } from '../../hosts/state-folder.ts';
import { everyNode } from './targets.ts';

/** What is left of earlier steps: archives, and commands that have ended. Those of later steps go with the next plan. */
const cleanupScript = `
rm -rf -- "$1/images"
for job in "$1"/jobs/*; do
  if [ -f "$job/exit" ]; then rm -rf -- "$job"; fi
done
`;

export const ensureCleanup: Step<BuildScope> = {
  name: 'EnsureCleanup',
  targets: everyNode,
  async run(scope, { target }) {
    const session = await scope.session(target);
    await session.script(cleanupScript, [stateFolder]);
    return undefined;
  },
};
