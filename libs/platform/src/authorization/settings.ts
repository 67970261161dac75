import { createPrivateKey, X509Certificate } from 'node:crypto';

import type { CertificateAndKey } from '@tke/pki';

import { authorizationErrors } from './errors.ts';

/** How API servers of members reach the authz-webhook, and what they are let in by. */
export interface AuthorizationSettings {
  /** `https://host:port`. */
  readonly webhookUrl: string;
  /** CA of the certificate that the webhook serves, PEM. */
  readonly webhookCa: string;
  /** CA that the webhook trusts its callers by. */
  readonly clientCa: CertificateAndKey;
}

/** Checks what the administrator gave. Throws InvalidAuthorizationSettings, which never quotes a key. */
export function authorizationSettings({
  webhookUrl,
  webhookCa,
  clientCa,
}: AuthorizationSettings): AuthorizationSettings {
  const url = URL.parse(webhookUrl);
  if (url?.protocol !== 'https:' || url.pathname !== '/' || `${url.username}${url.search}${url.hash}` !== '') {
    throw invalid('the URL of the authz-webhook must be https://host:port, with nothing behind the port');
  }
  certificate('the CA of the authz-webhook', webhookCa);
  if (!certificate('the CA of its clients', clientCa.certPem).checkPrivateKey(privateKey(clientCa.keyPem))) {
    throw invalid('certificate and key of the CA of the clients of the authz-webhook do not belong to each other');
  }
  return { webhookUrl: url.origin, webhookCa, clientCa };
}

function certificate(what: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid(`${what} is not a certificate in PEM`);
  }
}

function privateKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw invalid('the key of the CA of the clients of the authz-webhook is not a key in PEM');
  }
}

function invalid(message: string): Error {
  return authorizationErrors.InvalidAuthorizationSettings(message);
}
