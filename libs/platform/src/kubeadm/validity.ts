/** Certificates that kubeadm issues last a year (CertificateValidityPeriod), whatever their notBefore, which is that of the authority. */
export const kubeadmValidityMs = 365 * 86_400_000;
