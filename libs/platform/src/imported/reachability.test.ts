import { expect, test } from '@jest/globals';

import { describeError } from '@tke/errors';

import { unreachable } from './reachability.ts';

const at = 'GET /readyz: 10.0.0.1:6443:';

const cases: [code: string, message: string, told: string, errorClass: string][] = [
  ['ConnectionFailed', `${at} getaddrinfo ENOTFOUND kube.example`, 'AddressNotResolved', 'NeedsUser'],
  ['ConnectionFailed', `${at} getaddrinfo EAI_AGAIN kube.example`, 'AddressNotResolved', 'NeedsUser'],
  ['ConnectionFailed', `${at} connect ECONNREFUSED 10.0.0.1:6443`, 'AddressRefused', 'Retryable'],
  ['ConnectionFailed', `${at} connect EHOSTUNREACH 10.0.0.1:6443`, 'AddressUnreachable', 'Retryable'],
  ['Timeout', 'the probe was not answered within 5 s', 'AddressUnreachable', 'Retryable'],
  [
    'CertificateRejected',
    `${at} self-signed certificate in certificate chain`,
    'ServerCertificateUntrusted',
    'NeedsUser',
  ],
  ['CertificateRejected', `${at} unable to verify the first certificate`, 'ServerCertificateUntrusted', 'NeedsUser'],
  ['CertificateRejected', `${at} certificate has expired`, 'ServerCertificateExpired', 'NeedsUser'],
  [
    'CertificateRejected',
    `${at} Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list`,
    'ServerNameMismatch',
    'NeedsUser',
  ],
  ['Unauthorized', 'GET /readyz: 401 Unauthorized', 'CredentialRejected', 'NeedsUser'],
  ['HTTP401', 'GET /readyz: 401', 'CredentialRejected', 'NeedsUser'],
  ['Forbidden', 'GET /readyz: 403 Forbidden', 'CredentialForbidden', 'NeedsUser'],
  ['BadResponse', 'GET /version: no kube-apiserver', 'NotAnAPIServer', 'NeedsUser'],
  ['HTTP404', 'GET /readyz: 404', 'NotAnAPIServer', 'NeedsUser'],
  ['HTTP500', 'GET /readyz: 500: [-]etcd failed', 'APIServerNotReady', 'Retryable'],
  ['HTTP503', 'GET /readyz: 503', 'APIServerNotReady', 'Retryable'],
];

test.each(cases)('%s, %s: %s', (code, message, told, errorClass) => {
  const lastError = { code, class: 'Retryable', message, remedy: 'x' } as const;
  expect(describeError(unreachable({ lastError }))).toMatchObject({ code: told, class: errorClass, message });
});

test('what is wrong with Cluster, credential or Secret is told as it is', () => {
  const lastError = {
    code: 'CredentialNotFound',
    class: 'NeedsUser',
    message: 'no Secret a',
    remedy: 'Create it.',
  } as const;
  expect(describeError(unreachable({ lastError }))).toEqual(lastError);
});
