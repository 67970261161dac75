import { errorMessage, type CodedError } from '@tke/errors';
import type { MemberCluster, MemberFacts } from '@tke/member-cluster';
import type { ConfigMap } from '@tke/meta';
import { wholeTarget, type Step, type Waiting } from '@tke/plan';

import { alreadyImported, markObjection } from './already-imported.ts';
import { claimMark, readMark } from './cluster-mark.ts';
import { importErrors } from './errors.ts';
import { identityChanged, identityOf } from './identity.ts';
import type { ImportScope } from './import-scope.ts';
import { isSilence } from '../objects/silence.ts';
import { noLimitMs } from '../steps/no-limit.ts';
import { unreachable } from './reachability.ts';
import { describeRight, importRights, missingRights } from './rights.ts';
import { versionProblem } from './version-floor.ts';

/** TKEStack's name of the step that marks a cluster as ours. */
export const markStep = 'EnsureCreateClusterMark';

function step(name: string, run: (scope: ImportScope, signal: AbortSignal) => Promise<Waiting | undefined>) {
  return {
    name,
    limitMs: noLimitMs, // a refusal may be mended after any time
    targets: () => [wholeTarget],
    run: async (scope, { signal }) => {
      try {
        return await run(scope, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isSilence(error)) {
          return { message: errorMessage(error) };
        }
        throw error;
      }
    },
  } satisfies Step<ImportScope>;
}

/** A step that is done when `check` finds nothing, and refuses the cluster with the error that it finds. */
function check(name: string, find: (scope: ImportScope, signal: AbortSignal) => Promise<CodedError | undefined>) {
  return step(name, async (scope, signal) => {
    const refusal = await find(scope, signal);
    return refusal && scope.refuse(refusal);
  });
}

/** Nothing is written into the cluster before the last of them. */
export const importSteps: readonly Step<ImportScope>[] = [
  step('EnsureReachable', ({ member: { health }, refuse }) => {
    switch (health.state) {
      case 'Healthy':
        return Promise.resolve(undefined);
      case 'Unhealthy':
        return Promise.resolve(refuse(unreachable(health)));
      default:
        return Promise.resolve({ message: 'waiting for the first answer of the API server' });
    }
  }),
  check('EnsureVersion', ({ member }) => Promise.resolve(versionProblem(factsOf(member).version))),
  check('EnsureRights', async ({ member: { client } }, signal) => {
    const missing = await missingRights(client, importRights, signal);
    return missing.length === 0
      ? undefined
      : importErrors.RightsMissing(`the user of the credential may not ${missing.map(describeRight).join(', ')}`);
  }),
  check('EnsureNotImported', async (scope, signal) => {
    const { cluster, clusters, member, owner } = scope;
    // Not from the facts of the member: they may be of a time when the credential could not read it.
    const identity = await identityOf(member.client, signal);
    scope.identify(identity);
    const mark = await readMark(member.client, signal);
    return alreadyImported(cluster, clusters(), identity) ?? (mark && markObjection(cluster, clusters(), owner)(mark));
  }),
  check(markStep, claimed),
];

/** Marks the cluster as ours. Resolves with why it cannot be. */
export function claimed(
  { cluster, clusters, member: { client }, owner }: Omit<ImportScope, 'refuse' | 'identify'>,
  signal: AbortSignal,
): Promise<CodedError | undefined> {
  // Without our mark it may have come in the place of the one that had it.
  const objection = async (mark: ConfigMap | undefined) =>
    identityChanged(cluster, await identityOf(client, signal)) ??
    (mark && markObjection(cluster, clusters(), owner)(mark));
  return claimMark(client, owner, objection, signal);
}

function factsOf({ name, facts }: MemberCluster): MemberFacts {
  if (facts === undefined) {
    throw importErrors.APIServerNotReady(`cluster ${name} has not told its version yet`);
  }
  return facts;
}
