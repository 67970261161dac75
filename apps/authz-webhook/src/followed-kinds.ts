import { identityProvider, rule, tenantKinds } from '@tke/api-auth';
import { coreKinds, type Kind } from '@tke/meta';

/** The kinds that the authz-webhook watches, and thus all that it has to read. */
export const followedKinds: readonly Kind[] = [
  ...new Set<Kind>([rule, identityProvider, coreKinds.namespace, ...tenantKinds]),
];
