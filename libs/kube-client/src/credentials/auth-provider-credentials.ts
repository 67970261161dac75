import type { RequestOptions } from 'node:https';

import { errorMessage } from '@tke/errors';

import { KubeTransportError } from '../errors.ts';
import type { Credential, CredentialSource } from './credential.ts';

/** `users[].user.auth-provider` of a kubeconfig: `oidc` and the cloud providers of old. */
export interface AuthProvider {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

type Authenticate = (options: RequestOptions) => Promise<void>;

/** Leaves it to client-node, which knows these providers. Imported late: it costs half a second and 80 MB. */
export class AuthProviderCredentials implements CredentialSource {
  readonly #provider: AuthProvider;
  readonly #server: string;
  #authenticate: Promise<Authenticate> | undefined;
  #current: Credential = {};

  constructor(provider: AuthProvider, server: string) {
    this.#provider = provider;
    this.#server = server;
  }

  async current(): Promise<Credential> {
    this.#authenticate ??= this.#load();
    const authenticate = await this.#authenticate;
    const options: RequestOptions = {};
    try {
      await authenticate(options);
    } catch (cause) {
      const message = `auth-provider ${this.#provider.name}: ${errorMessage(cause)}`;
      throw new KubeTransportError('CredentialFailed', message, { cause });
    }
    const authorization = (options.headers as Record<string, string> | undefined)?.Authorization;
    if (authorization !== this.#current.authorization) {
      this.#current = authorization === undefined ? {} : { authorization };
    }
    return this.#current;
  }

  renew(): Promise<Credential> {
    return this.current();
  }

  async #load(): Promise<Authenticate> {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    const user = { name: 'user', authProvider: this.#provider };
    config.loadFromClusterAndUser({ name: 'cluster', server: this.#server, skipTLSVerify: false }, user);
    return (options) => config.applyToHTTPSOptions(options);
  }
}
