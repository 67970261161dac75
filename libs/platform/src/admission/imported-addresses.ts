import { clusterCredential, type Cluster, type ClusterCredential } from '@tke/api-platform';
import type { DeepReadonly, Kind } from '@tke/meta';
import type { AdmissionRequest, FieldProblem } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';

const credentials: Kind<ClusterCredential> = clusterCredential;

type Addresses = NonNullable<DeepReadonly<Cluster>['spec']['addresses']>;

/** An imported cluster must say where its API server is, or have a kubeconfig that does. */
export function accessProblems(
  object: DeepReadonly<Cluster>,
  { cache }: Pick<AdmissionContext, 'cache'>,
): readonly FieldProblem[] {
  const { addresses = [], credentialSecretRef, type } = object.spec;
  // What TKEStack stored, and what was connected to before.
  const observed = object.status?.addresses ?? [];
  const isKnown = addresses.length > 0 || observed.length > 0 || credentialSecretRef !== undefined;
  return type !== 'Imported' || isKnown || mayHaveKubeconfig(object, cache)
    ? []
    : [
        {
          field: 'spec.addresses',
          value: undefined,
          rule: 'is required for an imported cluster without a kubeconfig',
          remedy:
            'Give the address of its API server, or a Secret with the key kubeconfig in spec.credentialSecretRef.',
          type: 'Required',
        },
      ];
}

/** Whether there is a ClusterCredential that can have one in its Secret. One that is not there yet can. */
function mayHaveKubeconfig({ metadata, spec }: DeepReadonly<Cluster>, cache: AdmissionContext['cache']): boolean {
  const { clusterCredentialRef, tenantID = '' } = spec;
  if (clusterCredentialRef !== undefined) {
    const credential = cache.get(credentials, { name: clusterCredentialRef.name });
    return credential === undefined || credential.secretRef !== undefined;
  }
  const { name = '' } = metadata;
  const naming = name === '' ? [] : cache.list(credentials).filter(({ clusterName }) => clusterName === name);
  return naming.some((each) => (each.tenantID ?? '') === tenantID && each.secretRef !== undefined);
}

type Creation = Pick<AdmissionRequest<Cluster>, 'oldObject' | 'object'>;

/**
 * A manifest of TKEStack has the addresses of an imported cluster in its status, which the API server drops. They are taken over into
 * spec, where they belong, so that it applies as it is.
 */
export function withAddresses(request: Creation): DeepReadonly<Cluster> | undefined {
  const addresses = addressesInStatus(request).filter(isWanted);
  const { object } = request;
  return object === undefined || addresses.length === 0
    ? undefined
    : { ...object, spec: { ...object.spec, addresses } };
}

export function statusWarnings(request: Creation): readonly string[] {
  const found = addressesInStatus(request);
  if (found.length === 0) {
    return [];
  }
  return [
    found.some(isWanted)
      ? 'status.addresses is not stored: it was taken over into spec.addresses, write it there'
      : 'status.addresses is not stored: write it as spec.addresses, with type Advertise or Real',
  ];
}

/** Those of a Cluster that is created and has none in spec. No schema has looked at them yet. */
function addressesInStatus({ object, oldObject }: Creation): Addresses {
  const { spec, status } = (object ?? {}) as Partial<DeepReadonly<Cluster>>;
  const isMissing = oldObject === undefined && spec?.type === 'Imported' && !spec.addresses?.length;
  const observed: unknown = status?.addresses;
  return isMissing && Array.isArray(observed) ? (observed as Addresses) : [];
}

/** The types that spec takes. */
function isWanted(address: Addresses[number] | null): boolean {
  return address?.type === 'Advertise' || address?.type === 'Real';
}
