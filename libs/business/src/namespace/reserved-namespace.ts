import { isSystemNamespace } from '@tke/api-business';

/** Of those that Kubernetes refuses to delete, the one that does not begin with kube- (kubernetes, plugin/pkg/admission/namespace/lifecycle). */
const undeletable = 'default';

/** The rule that keeps a namespace of a member from ever becoming a project's; undefined when none does. */
export function reservationOf(namespace: string): string | undefined {
  if (isSystemNamespace(namespace)) {
    return 'must not begin with kube- or tke-, which the system has for itself';
  }
  return namespace.toLowerCase() === undeletable
    ? `must not be ${undeletable}, which Kubernetes never deletes: what a project has goes with its Namespace`
    : undefined;
}
