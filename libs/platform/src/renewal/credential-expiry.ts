import { secretTenantLabel, type ClusterCredential } from '@tke/api-platform';
import { kubeconfigFromText } from '@tke/kube-client';
import type { coreKinds, DeepReadonly } from '@tke/meta';
import { certificateInfo } from '@tke/pki';

import { timestampOf } from '../observe/timestamp.ts';

type Secret = DeepReadonly<coreKinds.Secret>;

/** What somebody logs in with. */
interface Login {
  readonly certificate?: string | undefined;
  readonly token?: string | undefined;
}

/** When a credential ends, RFC 3339; undefined where that is not known. Of certificate and token the first to end counts. */
export function expiryOf(credential: DeepReadonly<ClusterCredential>, secret: Secret | undefined): string | undefined {
  const { certificate, token } = loginOf(credential, ownSecret(credential, secret));
  const ends = [certificate && tried(() => certificateInfo(certificate).notAfter), token && tokenEnd(token)];
  const known = ends.filter((end) => typeof end === 'number');
  return known.length === 0 ? undefined : timestampOf(Math.min(...known));
}

/** One of another tenant opens nothing, and nothing is told of it. */
function ownSecret({ tenantID = '' }: DeepReadonly<ClusterCredential>, secret: Secret | undefined): Secret | undefined {
  return secret?.metadata.labels?.[secretTenantLabel] === tenantID ? secret : undefined;
}

/** As a member is connected to: a Secret before the fields of the credential, a kubeconfig before all. */
function loginOf(credential: DeepReadonly<ClusterCredential>, secret: Secret | undefined): Login {
  const kubeconfig = decoded(secret?.data?.kubeconfig);
  if (kubeconfig !== undefined) {
    return tried(() => loginIn(kubeconfig)) ?? {};
  }
  return {
    certificate: decoded(secret?.data?.['tls.crt']) ?? decoded(credential.clientCert),
    token: decoded(secret?.data?.token) ?? credential.token,
  };
}

function loginIn(kubeconfig: string): Login {
  const { user } = kubeconfigFromText(kubeconfig, { origin: 'kubeconfig' });
  const { certificate, token } = user;
  return {
    ...(certificate !== undefined && 'text' in certificate.cert && { certificate: certificate.cert.text }),
    ...(token !== undefined && 'text' in token && { token: token.text }),
  };
}

/** `exp` of a JSON Web Token (RFC 7519), in milliseconds; undefined for other tokens and those without an end. */
function tokenEnd(token: string): number | undefined {
  const payload = tried(
    () => JSON.parse(Buffer.from(token.trim().split('.')[1] ?? '', 'base64url').toString()) as object,
  );
  const { exp } = (payload ?? {}) as { readonly exp?: unknown };
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined;
}

function decoded(base64: string | undefined): string | undefined {
  return base64 ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
}

/** What cannot be read has no end that is known: who connects with it says what is wrong. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
