import type { Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/** Names of the Secrets that open the host of a Machine. */
export function machineSecrets({ spec }: DeepReadonly<Machine>): readonly string[] {
  const names = [spec, spec.proxy].map((login) => login?.credentialSecretRef?.name);
  return [...new Set(names.filter((name) => name !== undefined))];
}
