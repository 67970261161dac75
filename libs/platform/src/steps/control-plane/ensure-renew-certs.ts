import type { Attempt, Step, Waiting } from '@tke/plan';

import { hostCertificates, kubeadmValidityMs, renewHostCertificates } from '../../kubeadm/certificates.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { restartOrder, restartStaticPods, servesItsCertificate } from '../../kubeadm/static-pods.ts';
import type { RenewalScope } from '../../renewal/renewal-scope.ts';
import { controlPlaneNodes } from '../host/targets.ts';
import { nodeAt } from '../node/targets.ts';

const dayMs = 86_400_000;

/**
 * New certificates for the control plane, one host after the other, in the order of spec: whatever goes wrong on one host, the API
 * servers and members of etcd of the others go on as they are. A host is done when its pods run with the new certificates, and its API
 * server shows its own.
 */
export const ensureRenewCerts: Step<RenewalScope> = {
  name: 'EnsureRenewCerts',
  limitMs: 20 * 60_000,
  targets: controlPlaneNodes,
  run: async (scope, attempt) => predecessor(scope, attempt) ?? (await renew(scope, attempt)),
};

function predecessor(scope: RenewalScope, { target, step }: Attempt): Waiting | undefined {
  const hosts = controlPlaneNodes(scope);
  const before = hosts[hosts.indexOf(target) - 1];
  return before === undefined || scope.isFinished(step, before)
    ? undefined
    : { message: `${target} comes after ${before}`, retryAfterMs: 2000 };
}

async function renew(scope: RenewalScope, attempt: Attempt): Promise<Waiting | undefined> {
  const session = await scope.session(attempt.target);
  const waiting = await renewHostCertificates(scope, session, attempt);
  if (waiting !== undefined) {
    return waiting;
  }
  await checkRenewed(scope, attempt);
  const node = nodeAt(scope, attempt.target).name;
  for (const components of restartOrder(scope.cluster)) {
    const unready = await restartStaticPods(session, { components, node, id: attempt.id });
    if (unready !== undefined) {
      return unready;
    }
  }
  return servesItsCertificate(session);
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
