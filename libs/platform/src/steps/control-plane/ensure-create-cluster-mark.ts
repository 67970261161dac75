import { wholeTarget, type Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { claimMark } from '../../imported/cluster-mark.ts';
import { withMember } from '../node/with-member.ts';

/** Says in the cluster whose it is, so that nobody imports it somewhere else. */
export const ensureCreateClusterMark: Step<BuildScope> = {
  name: 'EnsureCreateClusterMark',
  targets: () => [wholeTarget],
  run: ({ cluster: { metadata }, hub = '', ...scope }, { signal }) =>
    withMember(scope, async (client) => {
      const { name: cluster = '', uid = '' } = metadata;
      // We have just made it: a mark of anybody else came with somebody's files.
      const objection = await claimMark(client, { hub, cluster, uid }, () => Promise.resolve(undefined), signal);
      if (objection !== undefined) {
        throw objection;
      }
      return undefined;
    }),
};
