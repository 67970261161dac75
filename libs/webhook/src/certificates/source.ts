/** A certificate chain and the private key of its first certificate. */
export interface CertificatePair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Where a server gets its certificate from, now and later. */
export interface CertificateSource {
  /** The last good pair; undefined until there is one. */
  current(): CertificatePair | undefined;
  /** Calls back with every later pair that is good and differs from the one before. Returns what ends that. */
  subscribe(listener: (pair: CertificatePair) => void): () => void;
}

/** Where a server gets the CA of its callers from, now and later. */
export interface AuthoritySource {
  /** PEM of the last good one; undefined until there is one, and then nobody is let in. */
  current(): string | undefined;
  /** Calls back with every later one that differs from the one before. Returns what ends that. */
  subscribe(listener: (caPem: string) => void): () => void;
}
