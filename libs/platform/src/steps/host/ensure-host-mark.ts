import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { isSameMark, markOf, markPath, readMark, renderMark, resetByHandPath } from '../../reset/host-mark.ts';
import { etcdDataDirOf, ownedPaths } from '../../reset/owned-paths.ts';
import { resetByHandScript } from '../../reset/reset-script.ts';
import { hostStepErrors } from './errors.ts';
import { everyNode } from './targets.ts';

/**
 * Calls the host ours before anything on it is changed, and leaves the way back there: whoever has lost the platform, or could not
 * reach the host when it was removed, can still clean it.
 */
export const ensureHostMark: Step<BuildScope> = {
  name: 'EnsureHostMark',
  targets: everyNode,
  async run(scope, { target }) {
    const session = await scope.session(target);
    const mark = markOf(scope);
    const found = await readMark(session);
    if (found !== undefined && !isSameMark(found, mark)) {
      throw hostStepErrors.HostMarkedByAnother(
        `${target}: ${markPath} says that the host belongs to ${found.owner} of the cluster ${found.cluster}`,
      );
    }
    const script = resetByHandScript(ownedPaths(etcdDataDirOf(scope.cluster)));
    await session.write(resetByHandPath, script, { mode: 0o700, parents: 0o755 });
    await session.write(markPath, renderMark(mark), { mode: 0o600, parents: 0o755 });
    return undefined;
  },
};
