import type { Credential, CredentialSource } from '../credentials/credential.ts';
import type { HttpRequest, Transport } from './transport.ts';

function withCredential(request: HttpRequest, { authorization, certificate }: Credential): HttpRequest {
  return {
    ...request,
    headers: authorization === undefined ? request.headers : { ...request.headers, authorization },
    ...(certificate === undefined ? {} : { certificate }),
  };
}

/** Proves who we are. A 401 is tried once more, with a new credential if there is one: the request was not looked at. */
export function authenticating(inner: Transport, credentials: CredentialSource): Transport {
  return {
    host: inner.host,
    close: () => inner.close(),
    async send(request) {
      const credential = await credentials.current();
      const response = await inner.send(withCredential(request, credential));
      if (response.status !== 401) {
        return response;
      }
      const renewed = await credentials.renew(credential);
      if (renewed === credential) {
        return response;
      }
      await response.discard();
      return inner.send(withCredential(request, renewed));
    },
  };
}
