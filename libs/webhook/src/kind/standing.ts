import type { AdmissionUser } from '../admission/types.ts';

/** What somebody is to the platform. */
export type Standing =
  | {
      readonly kind: 'tenantUser';
      readonly tenant: string;
      readonly administrator: boolean;
      /** Names of the policies that he holds, by project; under `*` those that count everywhere in the tenant. */
      readonly policies: ReadonlyMap<string, readonly string[]>;
    }
  | { readonly kind: 'other'; readonly reason: string };

/** Tells what the caller of a request is. May throw when that is not known yet. */
export type TellStanding = (user: AdmissionUser) => Standing;
