import type { PeerCertificate, TLSSocket } from 'node:tls';

/** A client certificate that the TLS handshake has verified against the client CA. */
export interface PeerIdentity {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SHA-256, upper-case hexadecimal bytes joined by colons. */
  readonly fingerprint: string;
  /** Since when it is valid, milliseconds since the epoch. */
  readonly notBefore: number;
}

/** The identity of the other side, or undefined when it presented none or none was verified. */
export function peerIdentity(socket: TLSSocket): PeerIdentity | undefined {
  if (!socket.authorized) {
    return undefined;
  }
  // Null once the caller has closed the connection, which the declaration leaves out.
  const certificate = socket.getPeerCertificate() as PeerCertificate | null;
  if (certificate === null) {
    return undefined;
  }
  const { subject, fingerprint256, valid_from: validFrom } = certificate;
  return {
    // Two common names would let two readers see two callers: neither is taken.
    commonName: typeof subject.CN === 'string' ? subject.CN : '',
    organizations: ([subject.O ?? []] as (string | string[])[]).flat(),
    fingerprint: fingerprint256,
    notBefore: Date.parse(validFrom),
  };
}
