/** Of every write of this controller, in the hub and in members. */
export const namespaceFieldManager = 'tke/namespaces';

/** Holds a Namespace until what it has in the member is gone. */
export const namespaceFinalizer = 'business.tkestack.io/namespace';

/** Compared without regard to case, as TKEStack does, and beyond what it refuses: nobody's but the platform's. */
const system = /^(kube|tke)-/i;

/** Whether a namespace of a member belongs to the system: it must never become a project's. */
export function isSystemNamespace(name: string): boolean {
  return system.test(name);
}
