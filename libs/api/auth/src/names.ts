/** UID of the object a Rule was made from, as a label: what a deletion of all its Rules selects by. */
export const sourceUidLabel = 'auth.tkestack.io/source-uid';

/** The same object as `<Kind>/<[namespace/]name>`, an annotation of the Rule: for people, and to find the way back. */
export const sourceAnnotation = 'auth.tkestack.io/source';

/** Parts in a project, for which every tenant is shipped a policy. */
export const projectRoles = ['owner', 'member', 'viewer'] as const;

/** Name of the policy, shipped to every tenant, that makes somebody an owner of a project he is bound in. */
export function projectOwnerPolicy(tenantID: string): string {
  return projectPolicy(tenantID, 'owner');
}

/** What people call a policy that is held in a project: the role it was shipped for, else its name. */
export function roleOfPolicy(policy: string, tenantID: string): string {
  return projectRoles.find((role) => policy === projectPolicy(tenantID, role)) ?? policy;
}

function projectPolicy(tenantID: string, role: (typeof projectRoles)[number]): string {
  return `pol-${tenantID}-project-${role}`;
}
