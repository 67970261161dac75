export { callerTenant } from './admission/caller.ts';
export type { AdmissionCaller } from './admission/caller.ts';
export { policyAdmissions } from './admission/policy-admissions.ts';
export { registerInformers } from './informers.ts';
export type { PolicyCache } from './informers.ts';
export { managerPermissions } from './permissions.ts';
export { setupPolicy } from './setup.ts';
export type { PolicyOptions } from './setup.ts';
