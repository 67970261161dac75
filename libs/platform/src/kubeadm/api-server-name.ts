/**
 * What the hosts of a cluster call its API server, by their /etc/hosts: certificates and kubeconfig files keep this name while the
 * address behind it changes from the first host of the control plane to the host's own. `.internal` is reserved for names that the
 * public DNS never has (ICANN board resolution 2024.07.29.06).
 */
export const apiServerName = 'api.tke.internal';
