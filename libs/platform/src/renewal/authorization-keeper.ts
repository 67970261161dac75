import { createHash } from 'node:crypto';

import { errorMessage } from '@tke/errors';
import type { ConditionStatus } from '@tke/meta';
import type { Clock } from '@tke/time';

import type { MemberAuthorization } from '../build/member-authorization.ts';
import type { HostsScope } from '../build/scope-builder.ts';
import { authorizationInUse, type InUse } from '../kubeadm/authorization-in-use.ts';
import { authzConfigPath } from '../kubeadm/paths.ts';
import { writeAuthorization } from '../steps/control-plane/ensure-authz-webhook.ts';
import { endsPass } from '../objects/ends-pass.ts';

export interface AuthorizationCondition {
  readonly type: 'AuthorizationCurrent';
  readonly status: ConditionStatus;
  readonly reason: 'InUse' | 'NotTakenUp' | 'Refused' | 'HostNotReached' | 'NotConfigured' | 'NotIssued';
  readonly message: string;
}

interface Pushed {
  /** Of the files and the hosts. */
  readonly key: string;
  readonly at: number;
  readonly condition: AuthorizationCondition;
}

/** A host that could not be reached, or an API server that has not read the files, is looked at again. */
const retryMs = 30_000;

/**
 * Gives the API servers of a cluster that is built the authorization files of the hub when these have changed, and sees that they are
 * taken up: kube-apiserver reads its AuthorizationConfiguration once a minute (KEP-3221), and the kubeconfig with it, without a restart.
 */
export class AuthorizationKeeper {
  readonly #clock: Clock;
  /** By UID of the Cluster. After a restart of the process the hosts are looked at once more. */
  readonly #pushed = new Map<string, Pushed>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with what ends the pass only. */
  async keep(scope: HostsScope, wanted: MemberAuthorization, signal: AbortSignal): Promise<AuthorizationCondition> {
    const { uid = '' } = scope.cluster.metadata;
    const known = this.#pushed.get(uid);
    const key = keyOf(scope, wanted);
    const now = this.#clock.monotonic();
    if (known?.key === key && (known.condition.status === 'True' || now - known.at < retryMs)) {
      return known.condition;
    }
    const found = await Promise.all(scope.controlPlane.map((ip) => push(scope, ip, wanted, signal)));
    const condition = conditionOf(found);
    this.#pushed.set(uid, { key, at: now, condition });
    return condition;
  }

  forget(uid: string): void {
    this.#pushed.delete(uid);
  }
}

function keyOf({ controlPlane }: HostsScope, { configuration, kubeconfig }: MemberAuthorization): string {
  const hash = createHash('sha256').update(configuration).update(kubeconfig.reveal());
  return JSON.stringify([controlPlane, hash.digest('hex')]);
}

interface Found {
  readonly ip: string;
  readonly state: InUse | { readonly kind: 'silent'; readonly why: string };
}

async function push(scope: HostsScope, ip: string, wanted: MemberAuthorization, signal: AbortSignal): Promise<Found> {
  try {
    const session = await scope.session(ip);
    await writeAuthorization(session, wanted);
    return { ip, state: await authorizationInUse(session) };
  } catch (error) {
    if (endsPass(error, signal)) {
      throw error;
    }
    return { ip, state: { kind: 'silent', why: errorMessage(error) } };
  }
}

const mostShown = 3;

/** The worst that was found. */
function conditionOf(found: readonly Found[]): AuthorizationCondition {
  const type = 'AuthorizationCurrent';
  const of = (kind: Found['state']['kind']) => found.filter(({ state }) => state.kind === kind);
  const [silent, off, refused, pending] = [of('silent'), of('off'), of('refused'), of('pending')];
  if (silent.length > 0) {
    const told = silent.slice(0, mostShown).map(({ ip, state }) => `${ip} (${'why' in state ? state.why : ''})`);
    const message = `The new files of the authz-webhook could not be put on ${told.join(', ')}: see that the hosts answer. The former certificate is good until it ends.`;
    return { type, status: 'False', reason: 'HostNotReached', message };
  }
  if (off.length > 0) {
    const message = `The API servers on ${ipsOf(off)} were started without --authorization-config=${authzConfigPath}, and ask the authz-webhook nothing: the Secret with the authorization files of the cluster says in README.md how to switch it on, or take features.authzWebhookAddr away.`;
    return { type, status: 'False', reason: 'NotConfigured', message };
  }
  if (refused.length > 0) {
    const message = `The API servers on ${ipsOf(refused)} could not read their new AuthorizationConfiguration, and go on with the former one: see their logs for "authorization config".`;
    return { type, status: 'False', reason: 'Refused', message };
  }
  if (pending.length > 0) {
    const message = `The API servers on ${ipsOf(pending)} have not read their new AuthorizationConfiguration yet, which takes them a minute.`;
    return { type, status: 'Unknown', reason: 'NotTakenUp', message };
  }
  return {
    type,
    status: 'True',
    reason: 'InUse',
    message: 'The API servers use the newest files of the authz-webhook.',
  };
}

function ipsOf(found: readonly Found[]): string {
  return found.map(({ ip }) => ip).join(', ');
}
