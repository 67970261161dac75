import { contentDigest } from './digest.ts';

/** What the stored object says about itself. */
export interface StoredSeed {
  /** The seeded part of it as it is now. */
  readonly content: unknown;
  /** Digest of what was seeded last; absent when it was never ours. */
  readonly digest: string | undefined;
}

/**
 * What to do with a shipped object. `edited`: somebody changed it after us, or made it before us and differently; theirs
 * stands. `adopt`: equal to ours and not yet marked so.
 */
export type SeedDecision = 'create' | 'adopt' | 'update' | 'current' | 'edited';

export function decideSeed(stored: StoredSeed | undefined, wanted: unknown): SeedDecision {
  if (stored === undefined) {
    return 'create';
  }
  const wantedDigest = contentDigest(wanted);
  const digest = contentDigest(stored.content);
  if (digest === wantedDigest) {
    return stored.digest === wantedDigest ? 'current' : 'adopt';
  }
  return stored.digest === digest ? 'update' : 'edited';
}
