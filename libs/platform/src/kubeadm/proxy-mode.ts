import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/** `iptables`, `ipvs` or `nftables`: what spec.kubeProxyConfiguration says, else features. */
export function proxyMode({ spec }: DeepReadonly<Pick<Cluster, 'spec'>>): string {
  const configuration = spec.kubeProxyConfiguration as { readonly mode?: unknown } | undefined;
  if (typeof configuration?.mode === 'string' && configuration.mode !== '') {
    return configuration.mode;
  }
  return spec.features?.kubeProxyMode ?? (spec.features?.ipvs === true ? 'ipvs' : 'iptables');
}
