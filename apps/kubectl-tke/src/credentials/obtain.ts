import {
  businessNamespace,
  namespaceCredential,
  type BusinessNamespace,
  type NamespaceCredential,
} from '@tke/api-business';
import { callerOf } from '@tke/authz';
import { completeKubeconfig, newRequest, type CredentialHolder } from '@tke/business';
import { isNotFound, type Client } from '@tke/kube-client';
import { apiVersionOf, type Kind } from '@tke/meta';

import { ownIdentity } from '../cluster/who-am-i.ts';
import { cliErrors } from '../errors.ts';
import { askForCredential, type IssuedCredential, type Patience } from './ask.ts';
import { SecretFile } from './secret-file.ts';

export interface WantedCredential {
  /** Name of the project, and of its namespace on the hub. */
  readonly project: string;
  /** Name of the Namespace object. */
  readonly namespace: string;
  readonly type: 'Certificate' | 'Token';
  /** Default: the server's. */
  readonly days: number | undefined;
  /** Of the kubeconfig. Must not exist. */
  readonly file: string;
}

export interface ObtainedCredential {
  readonly holder: CredentialHolder;
  readonly credential: IssuedCredential;
}

const namespaceKind: Kind<BusinessNamespace> = businessNamespace;
const credentialKind: Kind<NamespaceCredential> = namespaceCredential;

/** Asks for a credential for the caller, with a key that is made here, and writes a kubeconfig that has all it needs. */
export async function obtainCredential(
  client: Client,
  wanted: WantedCredential,
  patience: Patience,
): Promise<ObtainedCredential> {
  const holder = await holderOf(client, wanted, patience.signal);
  await using file = await SecretFile.create(wanted.file);
  const { request, key } = await newRequest(holder);
  const object = credentialFor(holder, wanted, request);
  const credential = await askForCredential(client, object, patience, async ({ status }) =>
    file.write(await completeKubeconfig(status, key)),
  );
  return { holder, credential };
}

async function holderOf(
  client: Client,
  { project, namespace: name }: WantedCredential,
  signal: AbortSignal,
): Promise<CredentialHolder> {
  const identity = await ownIdentity(client, signal);
  const caller = callerOf(identity);
  if (caller.kind !== 'tenantUser') {
    throw cliErrors.CallerWithoutTenant(`user ${identity.user}: ${caller.reason}`);
  }
  const { spec } = await namespaceOf(client, { namespace: project, name }, signal);
  const { clusterName: cluster, namespace } = spec;
  return { username: caller.user, tenantID: caller.tenant, project, cluster, namespace };
}

async function namespaceOf(
  client: Client,
  key: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<BusinessNamespace> {
  try {
    return await client.get(namespaceKind, key, { signal });
  } catch (cause) {
    if (isNotFound(cause)) {
      throw cliErrors.NamespaceNotFound(`project ${key.namespace} has no Namespace ${key.name}`, { cause });
    }
    throw cause;
  }
}

/** What admission fills in is said as well: it need not be asked. */
function credentialFor(
  { username, tenantID }: CredentialHolder,
  { project, namespace, type, days }: WantedCredential,
  request: string,
): NamespaceCredential {
  return {
    ...{ apiVersion: apiVersionOf(credentialKind), kind: credentialKind.kind },
    metadata: { namespace: project, generateName: 'kubectl-tke-' },
    spec: { tenantID, username, namespace, type, request, ...(days !== undefined && { validDays: days }) },
  };
}
