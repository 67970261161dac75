import { portal, type Portal } from '@tke/api-business';
import { apiVersionOf, type Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { KindAdmission, TellStanding } from '@tke/webhook';

import { portalOf } from './portal-of.ts';

const portalKind: Kind<Portal> = portal;

/** Answers a Portal that is created with a dry run. Of what the caller sends, nothing but the name is kept. */
export function portalAdmission(cache: CacheReader, tellStanding: TellStanding): KindAdmission<Portal> {
  return {
    kind: portalKind,
    default: ({ object, userInfo, dryRun }) => {
      if (object === undefined || !dryRun) {
        return undefined;
      }
      const { kind, metadata } = object;
      return {
        apiVersion: apiVersionOf(portalKind),
        kind,
        metadata,
        ...portalOf(userInfo.username, tellStanding(userInfo), cache),
      };
    },
  };
}
