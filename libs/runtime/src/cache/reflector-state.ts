import { isGone, isNotFound, isTooManyRequests, KubeApiError, KubeTransportError } from '@tke/kube-client';

import { isCoded } from '@tke/errors';

/** Where a reflector is. `from` is a resourceVersion; empty means "the newest there is", a consistent read. */
export type ReflectorState =
  /** KEP-3157: the present state arrives as events of a watch, closed by a bookmark; the same watch then goes on. */
  | { readonly at: 'StreamingList'; readonly from: string }
  | { readonly at: 'PagedList'; readonly from: string; readonly paged: boolean }
  | { readonly at: 'Watching'; readonly from: string };

export interface Transition {
  readonly next: ReflectorState;
  readonly pause: 'None' | 'Backoff' | 'KindNotFound';
  /** The server has no streaming lists: do not ask again. */
  readonly streamingUnsupported?: boolean;
}

type Failure = 'KindNotFound' | 'Expired' | 'Unavailable' | 'Refused' | 'Other';

export function listFrom(from: string, streaming: boolean): ReflectorState {
  return streaming ? { at: 'StreamingList', from } : { at: 'PagedList', from, paged: true };
}

/** The whole reaction of a reflector to errors, as a function of the state and the error. */
export function afterError(state: ReflectorState, error: unknown, streaming: boolean): Transition {
  const failure = classify(error);
  if (failure === 'KindNotFound') {
    return { next: listFrom('', streaming), pause: 'KindNotFound' };
  }
  switch (state.at) {
    case 'StreamingList':
      return afterStreamingListError(state.from, failure, error);
    case 'PagedList':
      return afterPagedListError(state, failure, streaming);
    case 'Watching':
      // Nothing was lost while the server was away, so that the watch can go on where it ended; a relist of every kind
      // by every client is what keeps a restarting server down. An expired version is first tried as the lower bound of
      // the list: the answer is never older than what was seen.
      return failure === 'Unavailable'
        ? { next: state, pause: 'Backoff' }
        : { next: listFrom(state.from, streaming), pause: 'Backoff' };
  }
}

function afterStreamingListError(from: string, failure: Failure, error: unknown): Transition {
  if (failure === 'Expired' && from !== '') {
    return { next: { at: 'StreamingList', from: '' }, pause: 'None' };
  }
  if (failure === 'Expired' || isCoded(error, 'StreamEndedEarly') || isNotAnswering(error)) {
    return { next: { at: 'StreamingList', from }, pause: 'Backoff' };
  }
  // Any other error as well: a proxy between us and the server may handle lists but not streams.
  return {
    next: { at: 'PagedList', from, paged: true },
    pause: 'None',
    streamingUnsupported: failure === 'Refused',
  };
}

function afterPagedListError(
  { from, paged }: ReflectorState & { at: 'PagedList' },
  failure: Failure,
  streaming: boolean,
): Transition {
  if (failure === 'Expired' && from !== '') {
    return { next: { at: 'PagedList', from: '', paged }, pause: 'None' };
  }
  if (failure === 'Expired' && paged) {
    // The continue token outlived etcd's compaction: one large answer is what remains, as in client-go's pager.
    return { next: { at: 'PagedList', from: '', paged: false }, pause: 'None' };
  }
  return { next: listFrom(from, streaming), pause: 'Backoff' };
}

function classify(error: unknown): Failure {
  if (isNotFound(error)) {
    return 'KindNotFound';
  }
  if (isGone(error) || isTooLargeVersion(error)) {
    return 'Expired';
  }
  if (isTooManyRequests(error) || error instanceof KubeTransportError) {
    return 'Unavailable';
  }
  if (error instanceof KubeApiError) {
    // Not 500: a deletion of a corrupt object ends the watch with it, and only a list tells what is gone (KEP-3926).
    if ([502, 503, 504].includes(error.httpStatus)) {
      return 'Unavailable';
    }
    if ([400, 422].includes(error.httpStatus)) {
      return 'Refused';
    }
  }
  return 'Other';
}

/** Whether the request got no answer at all, which says nothing about streaming lists. */
function isNotAnswering(error: unknown): boolean {
  return error instanceof KubeTransportError ? error.code === 'ConnectionFailed' : classify(error) === 'Unavailable';
}

/** The server's cache is behind the version we saw, e.g. on another replica or after a restore of etcd. */
function isTooLargeVersion(error: unknown): boolean {
  return (
    error instanceof KubeApiError &&
    (error.status.details?.causes ?? []).some(({ reason }) => reason === 'ResourceVersionTooLarge')
  );
}
