import { isCoded } from '@tke/errors';
import { wholeTarget, type Attempt, type Step, type Waiting } from '@tke/plan';
import { forEachConcurrently } from '@tke/runtime';

import { endJobs } from '../hosts/end-jobs.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { nonEmpty } from '../hosts/non-empty.ts';
import { removeMark } from '../imported/cluster-mark.ts';
import { isSameMark, markOf, readMark } from '../reset/host-mark.ts';
import { leaveHost, resetHost } from '../reset/reset-host.ts';
import { runHook, type HookType } from '../steps/host/run-hook.ts';
import type { DeleteScope } from './delete-scope.ts';
import { givingUp } from './give-up.ts';

type DeleteStep = Step<DeleteScope>;

/** With the back-off of plans these last about five minutes for a host that is down: long enough for a reboot. */
const attemptsAtReset = 7;
const attemptsElsewhere = 3;
/** Machines deleted at the same time. */
const concurrency = 8;

const removeMachines: DeleteStep = {
  name: 'EnsureRemoveMachine',
  targets: () => [wholeTarget],
  async run(scope, { signal }) {
    const left = scope.machines();
    if (left.length === 0) {
      return undefined;
    }
    const alive = left.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    await forEachConcurrently(alive, concurrency, signal, (machine) => scope.deleteMachine(machine));
    return { message: `the end of ${namesOf(left)} is waited for`, retryAfterMs: 5_000 };
  },
};

const resetHosts: DeleteStep = {
  name: 'EnsureHostReset',
  targets: ({ hosts }) => hosts,
  async run(scope, attempt) {
    const session = await ownSession(scope, attempt.target);
    return session && reset(scope, session, attempt);
  },
};

const releaseHosts: DeleteStep = {
  name: 'EnsureHostReleased',
  targets: ({ hosts }) => hosts,
  async run(scope, { target }) {
    const session = await ownSession(scope, target);
    if (session !== undefined) {
      await leaveHost(session, markOf(scope));
      await scope.release(target);
    }
    return undefined;
  },
};

/** The hosts go on as they are. */
const unlockHosts: DeleteStep = {
  name: 'EnsureHostReleased',
  targets: ({ hosts }) => hosts,
  async run(scope, { target }) {
    if ((await ownSession(scope, target)) !== undefined) {
      await scope.release(target);
    }
    return undefined;
  },
};

const cleanMark: DeleteStep = {
  name: 'EnsureCleanClusterMark',
  targets: () => [wholeTarget],
  async run(scope, { signal }) {
    const { metadata } = scope.cluster;
    await removeMark(scope.member(), { hub: '', cluster: metadata.name ?? '', uid: metadata.uid ?? '' }, signal);
    return undefined;
  },
};

function hook(type: HookType): DeleteStep {
  return {
    name: `Ensure${type}Hook`,
    targets: ({ cluster, hosts }) => (cluster.spec.features?.hooks?.[type] === undefined ? [] : hosts.slice(0, 1)),
    limitMs: 11 * 60_000, // the host ends it a minute before
    async run(scope, attempt) {
      const session = await ownSession(scope, attempt.target);
      // A host that preflight refused may be anybody's: nothing runs there.
      const isOurs = session !== undefined && isSameMark(await readMark(session), markOf(scope));
      return isOurs ? runHook(session, attempt, scope.cluster, type) : undefined;
    },
  };
}

function hookGivingUp(type: HookType): DeleteStep {
  return givingUp(hook(type), {
    attempts: attemptsElsewhere,
    leftover: ({ cluster }, host, why) => ({
      host,
      what: `The hook ${type} did not succeed: ${why}`,
      remedy: `Do by hand what "${cluster.spec.features?.hooks?.[type] ?? ''}" would have done.`,
    }),
  });
}

const removeMachinesGivingUp = givingUp(removeMachines, {
  attempts: attemptsElsewhere,
  leftover: ({ machines }, _target, why) => ({
    host: '',
    what: `${namesOf(machines())}: ${why}`,
    remedy: 'Delete the Machines; where they stay, see what their conditions say.',
  }),
});

const unlockGivingUp = givingUp(unlockHosts, {
  attempts: attemptsElsewhere,
  leftover: (_scope, host, why) => ({
    host,
    what: `The lock of the cluster: ${why}`,
    remedy: 'Before another cluster of the platform takes the host, remove its folder /var/lib/tke.',
  }),
});

/** Takes the cluster apart. */
export const destroySteps: readonly DeleteStep[] = [
  hookGivingUp('PreClusterDelete'),
  removeMachinesGivingUp,
  givingUp(resetHosts, {
    attempts: attemptsAtReset,
    leftover: (_scope, host, why) => ({
      host,
      what: `All that was installed: ${why}`,
      remedy:
        'Run "sh /var/lib/tke/reset.sh" on the host or install it anew, then remove its folder /var/lib/tke, which says that it belongs to this cluster.',
    }),
  }),
  hookGivingUp('PostClusterDelete'),
  givingUp(releaseHosts, {
    attempts: attemptsElsewhere,
    leftover: (_scope, host, why) => ({
      host,
      what: `The folder /var/lib/tke: ${why}`,
      remedy: 'Remove the folder: it says that the host belongs to this cluster.',
    }),
  }),
];

/** Lets go of the cluster, which goes on. */
export const detachSteps: readonly DeleteStep[] = [
  removeMachinesGivingUp,
  givingUp(cleanMark, {
    attempts: attemptsElsewhere,
    leftover: (_scope, _target, why) => ({
      host: '',
      what: `ConfigMap kube-system/tke in the cluster: ${why}`,
      remedy: 'Delete it before the cluster is imported anywhere.',
    }),
  }),
  unlockGivingUp,
];

/** Undefined for a host that belongs to another cluster by now: nothing of ours is there. */
async function ownSession(scope: DeleteScope, ip: string): Promise<HostSession | undefined> {
  try {
    return await scope.session(ip);
  } catch (error) {
    if (isCoded(error, 'HostInUse')) {
      return undefined;
    }
    throw error;
  }
}

async function reset(scope: DeleteScope, session: HostSession, attempt: Attempt): Promise<Waiting | undefined> {
  await endJobs(session, attempt.id);
  const etcdDataDir = nonEmpty(scope.cluster.spec.etcd?.local?.dataDir);
  const result = await resetHost(session, attempt, { ...markOf(scope), etcdDataDir });
  if (!('left' in result)) {
    return result;
  }
  for (const what of result.left) {
    await scope.leaveBehind({ host: session.ip, what, remedy: 'Remove it by hand, or install the host anew.' });
  }
  return undefined;
}

const mostNames = 5;

function namesOf(machines: ReturnType<DeleteScope['machines']>): string {
  const names = machines.slice(0, mostNames).map(({ metadata }) => metadata.name ?? '');
  const more = machines.length - names.length;
  return `Machines ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
