import { statusOf, type Authorizer } from '@tke/authz';
import { RequestProblem, type AuthorizeContext, type Authorizer as ReviewHandler } from '@tke/webhook';

const memberPrefix = 'cluster:';

export interface ReviewHandlerOptions {
  readonly ready: () => boolean;
  /** Common name of the hub's kube-apiserver. */
  readonly hubCommonName: string;
}

/** Connects the reviews that arrive to the authorizer, once the caller has shown to be the apiserver it speaks for. */
export function reviewHandler(authorizer: Authorizer, { ready, hubCommonName }: ReviewHandlerOptions): ReviewHandler {
  return {
    ready,
    authorize: (spec, context) => {
      checkCaller(context, hubCommonName);
      const { cluster } = context;
      return statusOf(authorizer.verdict(spec, cluster === undefined ? {} : { cluster }));
    },
  };
}

/** Each apiserver asks about its own cluster only: a member's is called `cluster:<name>` by its certificate. */
function checkCaller({ cluster, peer }: AuthorizeContext, hubCommonName: string): void {
  const expected = cluster === undefined ? hubCommonName : `${memberPrefix}${cluster}`;
  if (peer?.commonName !== expected) {
    throw new RequestProblem(
      'Forbidden',
      `this path is for the client certificate with the common name ${JSON.stringify(expected)}, not ${JSON.stringify(peer?.commonName ?? '')}`,
      {
        remedy: `Use the certificate of ${memberPrefix}<name> for /auth/authz/clusters/<name>, and that of --hub-common-name for /auth/authz.`,
      },
    );
  }
}
