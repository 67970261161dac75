import { secretTenantLabel, type Cluster, type SecretRef, type SshLogin } from '@tke/api-platform';
import { coreKinds, type DeepReadonly } from '@tke/meta';
import { fine, merged, type ValidationResult } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';

/** A field that names a Secret. */
export interface SecretNaming {
  readonly field: string;
  readonly name: string;
}

/** None where the field is left out. */
export function secretNaming(field: string, ref: DeepReadonly<SecretRef> | undefined): readonly SecretNaming[] {
  return ref === undefined ? [] : [{ field: `${field}.name`, name: ref.name }];
}

type Login = DeepReadonly<SshLogin> & { readonly proxy?: DeepReadonly<SshLogin> };

/** Those of a login to a host and to the proxy in front of it. */
export function secretsOfLogin(path: string, { credentialSecretRef, proxy }: Login): readonly SecretNaming[] {
  return [
    ...secretNaming(`${path}.credentialSecretRef`, credentialSecretRef),
    ...secretNaming(`${path}.proxy.credentialSecretRef`, proxy?.credentialSecretRef),
  ];
}

export function secretsOfCluster({ spec }: DeepReadonly<Cluster>): readonly SecretNaming[] {
  const ofMachines = (spec.machines ?? []).flatMap((machine, index) =>
    secretsOfLogin(`spec.machines[${index}]`, machine),
  );
  return [...secretNaming('spec.credentialSecretRef', spec.credentialSecretRef), ...ofMachines];
}

/**
 * A Secret must be of the tenant of the object that names it. One that is not there is a warning, because git applies in any order;
 * the cache holds those with the label only.
 */
export function checkSecrets(
  namings: readonly SecretNaming[],
  tenantID: string,
  { cache, namespace }: AdmissionContext,
): ValidationResult {
  return merged(
    namings.map(({ field, name }) => {
      const secret = cache.get(coreKinds.secret, { namespace, name });
      if (secret === undefined) {
        const warning = `${field}: there is no Secret ${name} with the label ${secretTenantLabel} in namespace ${namespace}; until there is, it opens nothing`;
        return { warnings: [warning] };
      }
      if (secret.metadata.labels?.[secretTenantLabel] === tenantID) {
        return fine;
      }
      const rule = `must name a Secret whose label ${secretTenantLabel} is "${tenantID}", the tenant of this object`;
      const remedy = 'Correct the name, or set the label on a Secret of this tenant.';
      return { problems: [{ field, value: name, rule, remedy, type: 'Forbidden' as const }] };
    }),
  );
}
