import { isCoded } from '@tke/errors';
import type { Attempt, Waiting } from '@tke/plan';

import { givingUp } from '../baremetal/give-up.ts';
import { endJobs } from '../hosts/end-jobs.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { markOf, resetByHandPath, type HostMark } from '../reset/host-mark.ts';
import { etcdDataDirOf } from '../reset/owned-paths.ts';
import { leaveHost, resetHost } from '../reset/reset-host.ts';
import type { RemovalScope, RemovalStep } from './removal-scope.ts';

// With the back-off of plans about five minutes for a host that is down: long enough for a reboot.
const attempts = 7;

/** What EnsureHostMark leaves on every host before it is changed: the whole reset, lock included. */
const byHand = `Run "sh ${resetByHandPath}" on the host, or install it anew.`;

/** Takes away all that was installed, and gives the host up. */
export const ensureHostReset: RemovalStep = givingUp(
  {
    name: 'EnsureHostReset',
    targets: ownHost,
    async run(scope, attempt) {
      const session = await ownSession(scope);
      if (session === undefined) {
        return undefined;
      }
      const waiting = await reset(scope, session, attempt);
      if (waiting !== undefined) {
        return waiting;
      }
      await leaveHost(session, ownMark(scope));
      await scope.release();
      return undefined;
    },
  },
  {
    attempts,
    leftover: (_scope, host, why) => ({ host, what: `All that was installed: ${why}`, remedy: byHand }),
  },
);

/** Gives the host up as it is: the cluster goes on without the platform. */
export const ensureHostReleased: RemovalStep = givingUp(
  {
    name: 'EnsureHostReleased',
    targets: ownHost,
    async run(scope) {
      const session = await ownSession(scope);
      return session && scope.release().then(() => undefined);
    },
  },
  {
    attempts: 3,
    leftover: (_scope, host, why) => ({
      host,
      what: `The lock of the cluster: ${why}`,
      remedy: 'Before another cluster of the platform takes the host, remove its folder /var/lib/tke.',
    }),
  },
);

function ownHost({ draft }: RemovalScope): readonly string[] {
  return [draft.object.spec.ip];
}

/** Undefined for a host that another cluster has taken: it says itself that it is not ours. */
async function ownSession(scope: RemovalScope): Promise<HostSession | undefined> {
  try {
    return await scope.session();
  } catch (error) {
    if (!isCoded(error, 'HostInUse')) {
      throw error;
    }
    const { ip: host } = scope.draft.object.spec;
    await scope.leaveBehind({ host, what: `The host as it is: ${error.message}`, remedy: error.remedy });
    return undefined;
  }
}

function ownMark({ cluster, draft }: RemovalScope): HostMark {
  return markOf({ cluster, owner: draft.object.metadata.uid });
}

async function reset(scope: RemovalScope, session: HostSession, attempt: Attempt): Promise<Waiting | undefined> {
  await endJobs(session, attempt.id);
  // Preflight has looked at this folder, and at no other of an etcd.
  const etcdDataDir = etcdDataDirOf(scope.cluster);
  const result = await resetHost(session, attempt, { ...ownMark(scope), etcdDataDir });
  if (!('left' in result)) {
    return result;
  }
  for (const what of result.left) {
    await scope.leaveBehind({ host: session.ip, what, remedy: 'Remove it by hand, or install the host anew.' });
  }
  return undefined;
}
