import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import type { ClusterConfig, InlineConfig } from '@tke/kube-client';

import { memberErrors } from '../errors.ts';
import { serverUrls } from './addresses.ts';
import type { ClusterAccessSpec } from './cluster-access.ts';

const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function checkAuthorities(ca: string): void {
  const blocks = ca.match(certificates) ?? [];
  try {
    blocks.forEach((block) => new X509Certificate(block));
  } catch {
    blocks.length = 0;
  }
  if (blocks.length === 0) {
    // What stands there instead may be a key: it is not quoted.
    throw memberErrors.InvalidClusterCredential('the certificate authority is not a certificate in PEM');
  }
}

function checkPair(pair: { readonly cert: string; readonly key: string }): void {
  try {
    createSecureContext(pair);
  } catch {
    throw memberErrors.InvalidClusterCredential(
      'client certificate and key are not PEM, or do not belong to each other, or the key has a passphrase',
    );
  }
}

// Visible ASCII: what RFC 6750 allows and more, and nothing that could end a header.
const tokenText = /^[\x21-\x7e]+$/;

function checkToken(token: string): void {
  if (!tokenText.test(token)) {
    throw memberErrors.InvalidClusterCredential('the token holds spaces or other characters that no token has');
  }
}

const proxyProtocols: readonly unknown[] = ['http:', 'https:', 'socks5:'];

function checkProxy(proxyUrl: string): void {
  if (!proxyProtocols.includes(URL.parse(proxyUrl)?.protocol)) {
    throw memberErrors.InvalidClusterCredential('the proxy must be an http, https or socks5 URL');
  }
}

/** Puts the parts together and checks what can be checked here. Throws `InvalidClusterAddress` or `InvalidClusterCredential`. */
export function clusterConfig(spec: ClusterAccessSpec): ClusterConfig {
  const [server, ...alternatives] = serverUrls(spec.addresses);
  const { ca, serverName, insecureSkipVerify = false, proxyUrl, token, certificate, impersonate } = spec;
  const config: InlineConfig = {
    server,
    ...(alternatives.length > 0 && { alternatives }),
    ...(ca !== undefined && { ca: { text: ca } }),
    ...(serverName !== undefined && { serverName }),
    insecureSkipVerify,
    ...(proxyUrl !== undefined && { proxyUrl }),
    user: {
      type: 'stored',
      ...(token !== undefined && { token: { text: token } }),
      ...(certificate && { certificate: { cert: { text: certificate.cert }, key: { text: certificate.key } } }),
    },
    ...(impersonate && { impersonate }),
  };
  return checked(config);
}

/** A mistake found here is told as what it is; met at the first connection it would look like a network's. */
export function checked(config: InlineConfig): InlineConfig {
  const { ca, user, proxyUrl } = config;
  if (ca !== undefined && 'text' in ca) {
    checkAuthorities(ca.text);
  }
  const { certificate, token } = user;
  if (certificate !== undefined && 'text' in certificate.cert && 'text' in certificate.key) {
    checkPair({ cert: certificate.cert.text, key: certificate.key.text });
  }
  if (token !== undefined && 'text' in token) {
    checkToken(token.text);
  }
  if (proxyUrl !== undefined) {
    checkProxy(proxyUrl);
  }
  return config;
}
