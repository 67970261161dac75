import type { Cluster, Leftover } from '@tke/api-platform';
import { isCoded, type CodedError } from '@tke/errors';
import type { DeepReadonly } from '@tke/meta';
import type { Attempt, Waiting } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { endJobs } from '../hosts/end-jobs.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { stateFolder } from '../hosts/state-folder.ts';
import { markOf } from '../reset/host-mark.ts';
import { etcdDataDirOf } from '../reset/owned-paths.ts';
import { leaveHost, resetHost, type HostRemains } from '../reset/reset-host.ts';
import type { LeavingScope } from './give-up.ts';

/** Whose the host is that is taken out. */
export interface TakeOutScope extends LeavingScope, Pick<BuildScope, 'cluster' | 'owner'> {}

/** The host, its lock held; the error by which a host says that another cluster has taken it: nothing of ours is there. */
export async function unlessTaken(open: () => Promise<HostSession>): Promise<HostSession | CodedError> {
  try {
    return await open();
  } catch (error) {
    if (isCoded(error, 'HostInUse')) {
      return error;
    }
    throw error;
  }
}

/** Takes away all that was installed. What does not go is told. */
export async function reset(scope: TakeOutScope, session: HostSession, attempt: Attempt): Promise<Waiting | undefined> {
  await endJobs(session, attempt.id);
  // Preflight has looked at this folder, and at no other of an etcd.
  const etcdDataDir = etcdDataDirOf(scope.cluster);
  const result = await resetHost(session, attempt, { ...markOf(scope), etcdDataDir });
  return 'left' in result ? tellOf(scope, session, result) : result;
}

/** Removes what the platform keeps of the host; the lock is to be released afterwards. What does not go is told. */
export async function leave(scope: TakeOutScope, session: HostSession): Promise<undefined> {
  return tellOf(scope, session, await leaveHost(session, markOf(scope)));
}

/** Of a host that could not be given up. */
export function lockLeftover({ metadata }: DeepReadonly<Cluster>, host: string, why: string): Leftover {
  return {
    host,
    what: `The lock of the cluster: ${why}`,
    remedy: `Before another cluster of the platform takes the host, remove its folder ${stateFolder}, where the file "lock" in it says cluster=${metadata.uid ?? ''}.`,
  };
}

async function tellOf(scope: LeavingScope, { ip: host }: HostSession, { left }: HostRemains): Promise<undefined> {
  for (const what of left) {
    await scope.leaveBehind({ host, what, remedy: 'Remove it by hand, or install the host anew.' });
  }
  return undefined;
}
