import type { ResourceAttributes } from '@tke/meta';

import type { AdmissionUser } from '../admission/types.ts';

/** Something that the caller of one request does to another object than the one he writes. */
export interface Reach {
  readonly attributes: ResourceAttributes;
  /** The project whose grants count, beside those that hold everywhere; empty for the latter alone. */
  readonly domain: string;
}

/** Whether a caller may do it, by what he holds. Everything for the platform's own identities. May throw when that is not known yet. */
export type MayReach = (user: AdmissionUser, reach: Reach) => boolean;
