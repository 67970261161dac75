import type { Asked } from '@tke/authz';
import type { Kind } from '@tke/meta';

/** What is asked of a snapshot, and by which member cluster. */
export interface SnapshotQuestion {
  readonly spec: Asked;
  readonly cluster?: string | undefined;
}

const platformGroup = 'platform.tkestack.io';

/**
 * Tells of a kind whether answers would be wrong without its objects. Of those of the platform only the owners count: of
 * the kind that is asked about, and of clusters when one of them asks.
 */
export function isNeededFor(questions: readonly SnapshotQuestion[]): (kind: Kind) => boolean {
  return ({ group, plural }) =>
    group !== platformGroup ||
    questions.some(
      ({ spec: { resourceAttributes: asked }, cluster }) =>
        (asked?.group === group && asked.resource?.toLowerCase() === plural) ||
        (cluster !== undefined && plural === 'clusters'),
    );
}
