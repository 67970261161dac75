import type { CacheReader } from '@tke/runtime';

import { credentialKind, type CredentialObject } from '../objects/kinds.ts';
import { credentialErrors } from './errors.ts';

/** Of one user in one project, at a time. A token is three objects in its cluster, for as long as a year. */
export const mostLive = 20;

/** Those of a user in a project that were answered with a credential, or still may be. */
export function liveCredentials(
  { username, project }: { readonly username: string; readonly project: string },
  cache: CacheReader,
): readonly CredentialObject[] {
  return cache.list(credentialKind, { namespace: project }).filter(({ metadata, spec, status }) => {
    const isOver = metadata.deletionTimestamp !== undefined || status?.phase === 'Failed';
    return spec.username === username && !isOver;
  });
}

/** Throws TooManyCredentials for one that has as many before it as there may be. */
export function checkNumber(credential: CredentialObject, cache: CacheReader): void {
  const { username = '' } = credential.spec;
  const project = credential.metadata.namespace ?? '';
  const before = liveCredentials({ username, project }, cache).filter((each) => isBefore(each, credential));
  if (before.length >= mostLive) {
    throw credentialErrors.TooManyCredentials(
      `user ${username} has ${before.length} NamespaceCredentials before this one in project ${project}: ${mostLive} may be there at a time`,
    );
  }
}

/** What was answered stays so. Of the others the older ones; instants have seconds only, so that within one the UID decides. */
function isBefore({ metadata: one, status }: CredentialObject, { metadata: other }: CredentialObject): boolean {
  const [at, otherAt] = [one.creationTimestamp ?? '', other.creationTimestamp ?? ''];
  if (status?.finishedAt !== undefined) {
    return one.uid !== other.uid;
  }
  return at === otherAt ? (one.uid ?? '') < (other.uid ?? '') : at < otherAt;
}
