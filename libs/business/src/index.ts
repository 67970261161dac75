export { businessAdmissions } from './admission/business-admissions.ts';
export type { BusinessAdmissionsOptions } from './admission/business-admissions.ts';
export type { BusinessDependencies } from './dependencies.ts';
export { limitOf, type Limits } from './quota/limits.ts';
export { businessErrors } from './error-catalogues.ts';
export { businessPermissions } from './permissions.ts';
export { setupBusiness } from './setup.ts';
export type { BusinessOptions } from './setup.ts';
