export { followedKinds } from './followed.ts';
export { attachRules, watchAuthorization, type AuthorizationWatch } from './follow.ts';
export { AuthorizationState, projectLabel, type DefectListener } from './state.ts';
