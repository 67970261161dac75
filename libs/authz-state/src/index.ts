export { clusterIdentity, type ClusterIdentity } from './clusters.ts';
export { followedKinds } from './followed.ts';
export { attachRules, watchAuthorization, type AuthorizationWatch } from './follow.ts';
export { AuthorizationState, tenantKinds, type DefectListener } from './state.ts';
