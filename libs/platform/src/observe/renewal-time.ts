import { kubeadmValidityMs } from '../kubeadm/validity.ts';

/** When a certificate that the platform issues is to be renewed, milliseconds since the epoch: when a third of its life is left. */
export function renewalTime(notAfter: number, notBefore = notAfter - kubeadmValidityMs): number {
  // Those of kubeadm have the notBefore of their authority, which may be years ago.
  return notAfter - Math.min(notAfter - notBefore, kubeadmValidityMs) / 3;
}
