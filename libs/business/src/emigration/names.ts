/** Of the reconciler of NsEmigrations. */
export const emigrationFieldManager = 'tke/nsemigrations';

/** On an NsEmigration: what was begun has to be finished or undone before it goes. */
export const emigrationFinalizer = 'business.tkestack.io/emigration';

/**
 * On the Namespace in the destination, while the move goes on: the project that the namespace of the member comes from. Its reconciler
 * waits until the labels in the member name it, and never takes them itself.
 */
export const emigrationFrom = 'business.tkestack.io/emigration-from';

/** Beside it: UID of the NsEmigration that made the object and may delete it again. */
export const emigrationUID = 'business.tkestack.io/emigration-uid';
