import { CodedError, type ErrorDescription } from '@tke/errors';
import type { Health } from '@tke/member-cluster';

import { importErrors } from './errors.ts';

type Cause = keyof typeof importErrors;

/**
 * Why a member does not answer, in terms of what whoever imported it can mend. What is wrong with Cluster, credential and Secret is told
 * as it is.
 */
export function unreachable({ lastError }: Pick<Health, 'lastError'>): CodedError {
  if (lastError === undefined) {
    return importErrors.AddressUnreachable('the API server has not answered');
  }
  const cause = causeOf(lastError);
  const { code, message, remedy, class: errorClass } = lastError;
  return cause === undefined
    ? new CodedError(code, { class: errorClass, remedy }, message)
    : importErrors[cause](message);
}

const causes: Readonly<Record<string, Cause>> = {
  ConnectionLost: 'AddressUnreachable',
  Timeout: 'AddressUnreachable',
  Unauthorized: 'CredentialRejected',
  HTTP401: 'CredentialRejected',
  Forbidden: 'CredentialForbidden',
  HTTP403: 'CredentialForbidden',
  BadResponse: 'NotAnAPIServer',
  NotFound: 'NotAnAPIServer',
  HTTP404: 'NotAnAPIServer',
  InternalError: 'APIServerNotReady',
  ServiceUnavailable: 'APIServerNotReady',
};

function causeOf({ code, message }: ErrorDescription): Cause | undefined {
  switch (code) {
    case 'CertificateRejected':
      return causeOfRejection(message);
    case 'ConnectionFailed':
      return causeOfFailure(message);
    default:
      return causes[code] ?? (code.startsWith('HTTP5') ? 'APIServerNotReady' : undefined);
  }
}

// The words of Node.js (checkServerIdentity) and of OpenSSL (X509_verify_cert_error_string), which are all that is left of the error.
function causeOfRejection(message: string): Cause {
  if (message.includes('altnames')) {
    return 'ServerNameMismatch';
  }
  return /has expired|not yet valid/.test(message) ? 'ServerCertificateExpired' : 'ServerCertificateUntrusted';
}

// Those of libuv, which puts the code of the system in front.
function causeOfFailure(message: string): Cause {
  if (/\b(ENOTFOUND|EAI_AGAIN)\b/.test(message)) {
    return 'AddressNotResolved';
  }
  return message.includes('ECONNREFUSED') ? 'AddressRefused' : 'AddressUnreachable';
}
