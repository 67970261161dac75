export { businessAdmissions } from './admission/business-admissions.ts';
export type { BusinessAdmissionsOptions } from './admission/business-admissions.ts';
export { completeKubeconfig, newRequest, type IssuedStatus, type OwnRequest } from './credential/own-credential.ts';
export type { CredentialHolder } from './credential/holder.ts';
export type { BusinessDependencies } from './dependencies.ts';
export { limitOf, type Limits } from './quota/limits.ts';
export { businessPermissions } from './permissions.ts';
export { setupBusiness } from './setup.ts';
export type { BusinessOptions } from './setup.ts';
