/** kubeadm gives certificates a year, and the notBefore of their authority, which may be years ago. */
const longestLifeMs = 365 * 86_400_000;

/** When a certificate that the platform issues is to be renewed, milliseconds since the epoch: when a third of its life is left. */
export function renewalTime(notAfter: number, notBefore = notAfter - longestLifeMs): number {
  return notAfter - Math.min(notAfter - notBefore, longestLifeMs) / 3;
}
