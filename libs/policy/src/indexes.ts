/** Of Rules: `sourceText` of the object they were made from. */
export const ruleSourceIndex = 'source';
/** Of the kinds that Rules are made from: what the object depends on. */
export const topicIndex = 'topic';
/** Of LocalIdentity: tenant and user name, as a topic. */
export const usernameIndex = 'username';
/** Of Policy: `seedKey` of the default policy it stands for. */
export const seedIndex = 'seed';
/** Of Platform: the tenant. */
export const platformTenantIndex = 'tenant';
/** Of LocalIdentity: the tenant. */
export const identityTenantIndex = 'tenant';
