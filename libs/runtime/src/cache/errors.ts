import { codedErrors } from '@tke/errors';

export const cacheErrors = codedErrors({
  CacheNotStarted: { class: 'Bug', remedy: 'Start the cache, and wait for its sync, before reading from it.' },
  CacheAlreadyStarted: { class: 'Bug', remedy: 'Start a cache once; make a new one instead of starting it again.' },
  CacheNotSynced: { class: 'Retryable', remedy: 'Wait for the sync of the cache, or try again.' },
  KindNotCached: {
    class: 'Bug',
    remedy: 'Ask the cache for an informer of this kind when the program is put together.',
  },
  NamespaceNotCached: { class: 'Bug', remedy: 'Read within the namespace the informer is restricted to, or widen it.' },
  IndexNotFound: { class: 'Bug', remedy: 'Add the index to the informer before reading by it.' },
  IndexConflict: { class: 'Bug', remedy: 'Give the two indexes different names, or share one function.' },
  InformerConflict: {
    class: 'Bug',
    remedy: 'Make both askers of this kind agree on its version, selectors and transform.',
  },
  VeryShortWatch: {
    class: 'Retryable',
    remedy: 'Look for a proxy or an overloaded server that closes watches at once.',
  },
  StreamEndedEarly: { class: 'Retryable', remedy: 'Look for a proxy that cuts long responses, if this goes on.' },
  UnexpectedObject: {
    class: 'Bug',
    remedy: 'Compare the resource name of the kind with what the server serves there.',
  },
});
