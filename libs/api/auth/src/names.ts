/** UID of the object a Rule was made from, as a label: what a deletion of all its Rules selects by. */
export const sourceUidLabel = 'auth.tkestack.io/source-uid';

/** The same object as `<Kind>/<[namespace/]name>`, an annotation of the Rule: for people, and to find the way back. */
export const sourceAnnotation = 'auth.tkestack.io/source';

/** Name of the policy, shipped to every tenant, that makes somebody an owner of a project he is bound in. */
export function projectOwnerPolicy(tenantID: string): string {
  return `pol-${tenantID}-project-owner`;
}
