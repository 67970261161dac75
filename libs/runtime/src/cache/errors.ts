import { codedErrors } from '@tke/errors';

export const cacheErrors = codedErrors({
  CacheNotStarted: {
    class: 'Bug',
    meaning: 'A reconciler or webhook read the cache before it was started.',
    remedy: 'Start the cache, and wait for its sync, before reading from it.',
  },
  CacheAlreadyStarted: {
    class: 'Bug',
    meaning: 'The program started one cache twice.',
    remedy: 'Start a cache once; make a new one instead of starting it again.',
  },
  CacheNotSynced: {
    class: 'Retryable',
    meaning: 'The process has begun to list a kind from the API server, and does not have it yet. What needs it waits.',
    remedy: 'Wait for the sync of the cache, or try again.',
  },
  KindNotCached: {
    class: 'Bug',
    meaning: 'The program reads a kind that it does not watch.',
    remedy: 'Ask the cache for an informer of this kind when the program is put together.',
  },
  NamespaceNotCached: {
    class: 'Bug',
    meaning: 'The program reads from a namespace that its cache was told to leave out.',
    remedy: 'Read within the namespace the informer is restricted to, or widen it.',
  },
  IndexNotFound: {
    class: 'Bug',
    meaning: 'The program looks objects up by an index that it has not made.',
    remedy: 'Add the index to the informer before reading by it.',
  },
  IndexConflict: {
    class: 'Bug',
    meaning: 'Two parts of the program use one index name for different things.',
    remedy: 'Give the two indexes different names, or share one function.',
  },
  InformerConflict: {
    class: 'Bug',
    meaning: 'Two parts of the program watch one kind in ways that do not go together.',
    remedy: 'Make both askers of this kind agree on its version, selectors and transform.',
  },
  VeryShortWatch: {
    class: 'Retryable',
    meaning:
      'The API server, or a proxy on the way, ended a watch within a second and without an event. Objects are listed again, at growing intervals; what is known may be that much older.',
    remedy: 'Look for a proxy or an overloaded server that closes watches at once.',
  },
  StreamEndedEarly: {
    class: 'Retryable',
    meaning:
      'The first list came as a stream, and the connection ended within it. It is begun anew, or asked for in pages.',
    remedy: 'Look for a proxy that cuts long responses, if this goes on.',
  },
  UnexpectedObject: {
    class: 'Bug',
    meaning: 'The API server sent an object of another kind than was asked for.',
    remedy: 'Compare the resource name of the kind with what the server serves there.',
  },
});
