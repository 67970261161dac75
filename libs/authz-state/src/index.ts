export { followedKinds } from './followed.ts';
export { attachRules, watchAuthorization, type AuthorizationWatch } from './follow.ts';
export { AuthorizationState, projectLabel, tenantKinds, type DefectListener } from './state.ts';
