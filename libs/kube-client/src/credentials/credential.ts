import type { ClientCertificate } from '../transport/transport.ts';

/** What proves who we are. Empty: anonymous. */
export interface Credential {
  /** Value of the Authorization header. */
  readonly authorization?: string;
  readonly certificate?: ClientCertificate;
}

export interface CredentialSource {
  /** Returns the same object while nothing changed. Rejects with `CredentialFailed`. */
  current(): Promise<Credential>;
  /** The server does not accept `rejected`. Returns what to use now: the same object when there is nothing newer. */
  renew(rejected: Credential): Promise<Credential>;
}
