import { CodedError } from '@tke/errors';

import type { HostSession } from '../hosts/host-session.ts';
import { markOf, resetByHand } from '../reset/host-mark.ts';
import { givingUp } from './give-up.ts';
import type { RemovalScope, RemovalStep } from './removal-scope.ts';
import { leave, lockLeftover, reset, unlessTaken, type TakeOutScope } from './take-out-host.ts';

// With the back-off of plans about five minutes for a host that is down: long enough for a reboot.
const attempts = 7;

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
      const takeOut = takeOutOf(scope);
      const waiting = await reset(takeOut, session, attempt);
      if (waiting !== undefined) {
        return waiting;
      }
      await leave(takeOut, session);
      await scope.release();
      return undefined;
    },
  },
  {
    attempts,
    leftover: (scope, host, why) => ({
      host,
      what: `All that was installed: ${why}`,
      remedy: resetByHand(markOf(takeOutOf(scope))),
    }),
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
    leftover: ({ cluster }, host, why) => lockLeftover(cluster, host, why),
  },
);

function ownHost({ draft }: RemovalScope): readonly string[] {
  return [draft.object.spec.ip];
}

/** Undefined for a host that another cluster has taken. */
async function ownSession(scope: RemovalScope): Promise<HostSession | undefined> {
  const session = await unlessTaken(() => scope.session());
  if (!(session instanceof CodedError)) {
    return session;
  }
  const { ip: host } = scope.draft.object.spec;
  await scope.leaveBehind({ host, what: `The host as it is: ${session.message}`, remedy: session.remedy });
  return undefined;
}

function takeOutOf(scope: RemovalScope): TakeOutScope {
  const { cluster, draft } = scope;
  return { cluster, owner: draft.object.metadata.uid, leaveBehind: (leftover) => scope.leaveBehind(leftover) };
}
