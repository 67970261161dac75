import { createPrivateKey } from 'node:crypto';

import { createCertificateRequest } from '@tke/pki';

import { groupsOf, type CredentialHolder } from './holder.ts';
import { unseal } from './sealed-token.ts';

/** What a user makes on his own machine, to ask for a credential. */
export interface OwnRequest {
  /** For `spec.request`. */
  readonly request: string;
  /** Private, in PEM. Whoever asks keeps it for himself. */
  readonly key: string;
}

/** A new key, and the request that says whose it is. */
export async function newRequest(holder: CredentialHolder): Promise<OwnRequest> {
  const subject = { commonName: holder.username, organizations: groupsOf(holder) };
  const { requestPem, keyPem } = await createCertificateRequest(subject);
  return { request: requestPem, key: keyPem };
}

/** The answer to a NamespaceCredential, from its status. */
export interface IssuedStatus {
  readonly kubeconfig: string;
  /** Of type Token. */
  readonly encryptedToken?: string;
}

interface Kubeconfig {
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[];
}

/** The kubeconfig of an answer, with what is secret in it: the key, or the token that is encrypted for it. Rejects with TokenNotOpened. */
export async function completeKubeconfig({ kubeconfig, encryptedToken }: IssuedStatus, key: string): Promise<string> {
  const config = JSON.parse(kubeconfig) as Kubeconfig;
  const secret =
    encryptedToken === undefined
      ? { 'client-key-data': Buffer.from(key).toString('base64') }
      : { token: await unseal(encryptedToken, createPrivateKey(key)) };
  const users = config.users.map(({ name, user }) => ({ name, user: { ...withoutSecret(user), ...secret } }));
  return `${JSON.stringify({ ...config, users }, undefined, 2)}\n`;
}

/** Nothing else is taken over: an entry `exec` would be a program that runs here. */
function withoutSecret(user: Readonly<Record<string, unknown>>): object {
  const known = ['client-certificate-data', 'as', 'as-groups'];
  return Object.fromEntries(Object.entries(user).filter(([name]) => known.includes(name)));
}
