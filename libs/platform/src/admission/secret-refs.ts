import {
  secretTenantLabel,
  type Cluster,
  type ClusterCredential,
  type SecretRef,
  type SshLogin,
  type SshProxy,
} from '@tke/api-platform';
import { coreKinds, type DeepReadonly } from '@tke/meta';
import { isCoded } from '@tke/errors';
import { merged, type FieldProblem, type ValidationResult } from '@tke/webhook';

import {
  hostAddresses,
  loginAddressesAnnotation,
  loginRefusal,
  proxyAddresses,
  type NamedAddress,
} from '../hosts/login-addresses.ts';
import type { AdmissionContext } from './context.ts';

/** A field that names a Secret, or what has secrets in it. */
export interface SecretNaming {
  readonly kind: 'Secret' | 'ClusterCredential';
  readonly field: string;
  readonly name: string;
  /** All that decides where what is in the Secret is sent. */
  readonly destination: unknown;
  /** Of a login: the hosts and proxies that it is shown to. */
  readonly shownTo: readonly NamedAddress[];
}

/** None where the field is left out. */
export function secretNaming(
  field: string,
  ref: DeepReadonly<SecretRef> | undefined,
  destination: unknown,
): readonly SecretNaming[] {
  return ref === undefined ? [] : [{ kind: 'Secret', field, name: ref.name, destination, shownTo: [] }];
}

type Login = DeepReadonly<SshLogin> & { readonly ip: string; readonly proxy?: DeepReadonly<SshProxy> };

/** Those of a login to a host and to the proxy in front of it. */
export function secretsOfLogin(path: string, login: Login): readonly SecretNaming[] {
  const { ip, port, proxy, credentialSecretRef } = login;
  const of = (field: string, ref: typeof credentialSecretRef, shownTo: readonly NamedAddress[]) =>
    secretNaming(`${path}.${field}.name`, ref, { ip, port, proxy }).map((naming) => ({ ...naming, shownTo }));
  return [
    ...of('credentialSecretRef', credentialSecretRef, hostAddresses(login, `${path}.`)),
    ...of('proxy.credentialSecretRef', proxy?.credentialSecretRef, proxyAddresses(proxy, `${path}.`)),
  ];
}

export function secretsOfCluster({ spec }: DeepReadonly<Cluster>): readonly SecretNaming[] {
  const { addresses, clusterCredentialRef, credentialSecretRef, machines = [] } = spec;
  return [
    ...secretNaming('spec.credentialSecretRef.name', credentialSecretRef, { addresses, clusterCredentialRef }),
    ...machines.flatMap((machine, index) => secretsOfLogin(`spec.machines[${index}]`, machine)),
  ];
}

export function secretsOfCredential(credential: DeepReadonly<ClusterCredential>): readonly SecretNaming[] {
  return secretNaming('secretRef.name', credential.secretRef, {
    ...credential,
    metadata: undefined,
    status: undefined,
  });
}

/**
 * A Secret must be of the tenant of the object that names it, and a login is for the addresses that its annotation has. One that is not
 * there is a warning, because git applies in any order; the cache holds those with the label only.
 */
export function checkSecrets(
  namings: readonly SecretNaming[],
  tenantID: string,
  { cache, namespace }: AdmissionContext,
): ValidationResult {
  return merged(
    namings.map((naming) => {
      const { field, name } = naming;
      const secret = cache.get(coreKinds.secret, { namespace, name });
      if (secret === undefined) {
        const warning = `${field}: there is no Secret ${name} with the label ${secretTenantLabel} in namespace ${namespace}; until there is, it opens nothing`;
        return { warnings: [warning] };
      }
      if (secret.metadata.labels?.[secretTenantLabel] === tenantID) {
        return { problems: addressProblems(naming, secret) };
      }
      const rule = `must name a Secret whose label ${secretTenantLabel} is "${tenantID}", the tenant of this object`;
      const remedy = 'Correct the name, or set the label on a Secret of this tenant.';
      return { problems: [{ field, value: name, rule, remedy, type: 'Forbidden' as const }] };
    }),
  );
}

/** What the reconciler refuses as well: the annotation may come later, and while no webhook is asked. */
function addressProblems(
  { field, name, shownTo }: SecretNaming,
  secret: DeepReadonly<coreKinds.Secret>,
): readonly FieldProblem[] {
  try {
    const refusal = loginRefusal(secret, shownTo);
    const rule = `must be in ${refusal?.allowed ?? ''}, the annotation ${loginAddressesAnnotation} of Secret ${name}`;
    const remedy = 'Correct the address, or have whoever owns the Secret add it to the annotation.';
    return refusal ? [{ field: refusal.field, value: refusal.address, rule, remedy, type: 'Forbidden' }] : [];
  } catch (error) {
    if (isCoded(error, 'InvalidAddressRange')) {
      return [{ field, value: name, rule: error.message, remedy: error.remedy, type: 'Invalid' }];
    }
    throw error;
  }
}
