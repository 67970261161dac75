/** Of every write of this controller, in the hub and in members. */
export const namespaceFieldManager = 'tke/namespaces';

/** Holds a Namespace until what it has in the member is gone. */
export const namespaceFinalizer = 'business.tkestack.io/namespace';
