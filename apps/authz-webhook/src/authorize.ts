import { statusOf, type Authorizer } from '@tke/authz';
import { RequestProblem, type AuthorizeContext, type Authorizer as ReviewHandler } from '@tke/webhook';

const memberPrefix = 'cluster:';

/** Connects the reviews that arrive to the authorizer, once the caller has shown to be the apiserver it speaks for. */
export function reviewHandler(authorizer: Authorizer, ready: () => boolean): ReviewHandler {
  return {
    ready,
    authorize: (spec, context) => {
      checkCaller(context);
      const { cluster } = context;
      const verdict = authorizer.verdict(spec, cluster === undefined ? {} : { cluster });
      if (verdict.kind === 'error') {
        throw verdict.error;
      }
      return statusOf(verdict);
    },
  };
}

/**
 * A member's apiserver holds a certificate with the common name `cluster:<name>`: it may ask about that cluster, and
 * not about the hub.
 */
function checkCaller({ cluster, peer }: AuthorizeContext): void {
  const name = peer?.commonName ?? '';
  const allowed =
    cluster === undefined ? peer !== undefined && !name.startsWith(memberPrefix) : name === `${memberPrefix}${cluster}`;
  if (!allowed) {
    throw new RequestProblem(
      'Forbidden',
      cluster === undefined
        ? `the certificate of ${JSON.stringify(name)} is a member cluster's, and this path is the hub's`
        : `the certificate of ${JSON.stringify(name)} is not that of cluster ${JSON.stringify(cluster)}`,
      {
        remedy: `Use the client certificate with the common name ${memberPrefix}<name> for /auth/authz/clusters/<name>.`,
      },
    );
  }
}
