import type { Attempt, Step, Waiting } from '@tke/plan';

import type { HostSession } from '../../hosts/host-session.ts';
import { hostCertificates, renewHostCertificates } from '../../kubeadm/certificates.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { restartOrder, restartStaticPods, servesItsCertificate } from '../../kubeadm/static-pods.ts';
import { kubeadmValidityMs } from '../../kubeadm/validity.ts';
import type { RenewalScope } from '../../renewal/renewal-scope.ts';
import { controlPlaneNodes } from '../host/targets.ts';
import { noLimitMs } from '../no-limit.ts';
import { nodeAt } from '../node/targets.ts';

const dayMs = 86_400_000;
/** For pods that were started anew, from when it was their host's turn. */
const limitMs = 20 * 60_000;
const predecessorMs = 30_000;

/**
 * New certificates for the control plane, one host after the other, in the order of spec: whatever goes wrong on one host, the API
 * servers and members of etcd of the others go on as they are. A host is done when its pods run with the new certificates, and its API
 * server shows its own.
 */
export const ensureRenewCerts: Step<RenewalScope> = {
  name: 'EnsureRenewCerts',
  limitMs: noLimitMs, // hosts wait for each other; what is done on one has limits of its own
  targets: controlPlaneNodes,
  async run(scope, attempt) {
    const before = predecessorOf(scope, attempt);
    if (before !== undefined && !isFinished(scope, attempt.step, before)) {
      return { message: `${attempt.target} comes after ${before}`, retryAfterMs: predecessorMs };
    }
    return renew(scope, attempt);
  },
};

function predecessorOf(scope: RenewalScope, { target }: Attempt): string | undefined {
  const hosts = controlPlaneNodes(scope);
  return hosts[hosts.indexOf(target) - 1];
}

function isFinished(scope: RenewalScope, step: string, ip: string): boolean {
  const state = scope.progressOf(step, ip)?.state;
  return state === 'Done' || state === 'Skipped';
}

async function renew(scope: RenewalScope, attempt: Attempt): Promise<Waiting | undefined> {
  const session = await scope.session(attempt.target);
  const waiting = await renewHostCertificates(scope, session, attempt);
  if (waiting !== undefined) {
    return waiting;
  }
  await checkRenewed(scope, attempt);
  const unready = await restart(scope, session, attempt);
  if (unready !== undefined && attempt.clock.now() - turnOf(scope, attempt) >= limitMs) {
    throw kubeadmErrors.ControlPlaneNotReady(
      `${limitMs / 60_000} minutes after its turn came on ${attempt.target}: ${unready.message}`,
    );
  }
  return unready;
}

async function restart(scope: RenewalScope, session: HostSession, { target }: Attempt): Promise<Waiting | undefined> {
  const node = nodeAt(scope, target).name;
  for (const components of restartOrder(scope.cluster)) {
    const unready = await restartStaticPods(session, { components, node, id: scope.renewal() });
    if (unready !== undefined) {
      return unready;
    }
  }
  return servesItsCertificate(session);
}

/** When this attempt could begin: attempts on all hosts begin together. Milliseconds since the epoch. */
function turnOf(scope: RenewalScope, attempt: Attempt): number {
  const { step, target, clock } = attempt;
  const before = predecessorOf(scope, attempt);
  const began = scope.progressOf(step, target)?.startedAt;
  const free = before === undefined ? undefined : scope.progressOf(step, before)?.finishedAt;
  const known = [began, free].flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  return known.length === 0 ? clock.now() : Math.max(...known);
}

/** kubeadm leaves out what it cannot renew, and calls that a success. Nothing is restarted for files that did not change. */
async function checkRenewed(scope: RenewalScope, { target, clock }: Attempt): Promise<void> {
  const longEnough = clock.now() + kubeadmValidityMs / 2;
  const old = (await hostCertificates(scope, target)).filter(({ notAfter }) => notAfter < longEnough);
  if (old.length > 0) {
    const left = old.map(({ name, notAfter }) => `${name} (${Math.floor((notAfter - clock.now()) / dayMs)} days left)`);
    throw kubeadmErrors.CertificatesNotRenewed(`kubeadm on ${target} did not renew ${left.join(', ')}`);
  }
}
