import type { Client } from './client.ts';
import { KubeTransportError } from './errors.ts';
import { impersonatingTransport, type Impersonation } from './transport/impersonating.ts';
import { KubeClient } from './typed/kube-client.ts';

/**
 * A client that acts as somebody else, over the sockets of `client`. They stay open when it is closed: they belong to
 * `client`. Throws `InvalidRequest` when `client` was not made by `connect`.
 */
export function impersonating(client: Client, as: Impersonation): Client {
  if (!(client instanceof KubeClient)) {
    throw new KubeTransportError('InvalidRequest', 'only a client made by connect() can impersonate');
  }
  return client.over((transport) => ({
    ...impersonatingTransport(transport, as),
    close: () => Promise.resolve(),
  }));
}
