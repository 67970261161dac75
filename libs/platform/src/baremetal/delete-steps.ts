import { CodedError } from '@tke/errors';
import { wholeTarget, type Step } from '@tke/plan';
import { forEachConcurrently } from '@tke/runtime';

import type { HostSession } from '../hosts/host-session.ts';
import { stateFolder } from '../hosts/state-folder.ts';
import { removeMark } from '../imported/cluster-mark.ts';
import { givingUp } from '../remove/give-up.ts';
import { leave, lockLeftover, reset, unlessTaken } from '../remove/take-out-host.ts';
import { isSameMark, markOf, readMark, resetByHand } from '../reset/host-mark.ts';
import { runHook, type HookType } from '../steps/host/run-hook.ts';
import type { DeleteScope } from './delete-scope.ts';

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
      await leave(scope, session);
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
  leftover: ({ cluster }, host, why) => lockLeftover(cluster, host, why),
});

/** Takes the cluster apart. */
export const destroySteps: readonly DeleteStep[] = [
  hookGivingUp('PreClusterDelete'),
  removeMachinesGivingUp,
  givingUp(resetHosts, {
    attempts: attemptsAtReset,
    leftover: (scope, host, why) => ({
      host,
      what: `All that was installed: ${why}`,
      remedy: resetByHand(markOf(scope)),
    }),
  }),
  hookGivingUp('PostClusterDelete'),
  givingUp(releaseHosts, {
    attempts: attemptsElsewhere,
    leftover: ({ cluster }, host, why) => ({
      host,
      what: `The folder ${stateFolder}: ${why}`,
      remedy: `Remove the folder where its file "lock" says cluster=${cluster.metadata.uid ?? ''}: no other cluster can take the host before.`,
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

/** Undefined for a host that belongs to another cluster by now. */
async function ownSession(scope: DeleteScope, ip: string): Promise<HostSession | undefined> {
  const session = await unlessTaken(() => scope.session(ip));
  return session instanceof CodedError ? undefined : session;
}

const mostNames = 5;

function namesOf(machines: ReturnType<DeleteScope['machines']>): string {
  const names = machines.slice(0, mostNames).map(({ metadata }) => metadata.name ?? '');
  const more = machines.length - names.length;
  return `Machines ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
