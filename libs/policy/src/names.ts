/** Holds an object until its Rules are gone. */
export const rulesFinalizer = 'auth.tkestack.io/rules';

/** Tenant of a default policy. */
export const tenantLabel = 'auth.tkestack.io/tenant';
/** Display name of the default policy this Policy stands for, whatever it is called today. */
export const defaultPolicyLabel = 'auth.tkestack.io/default-policy';
/** Digest of what was last written from the shipped data. An object that no longer matches it was edited by somebody. */
export const seedDigestAnnotation = 'auth.tkestack.io/seed-digest';
/** Holds an IdentityProvider until the default policies of its tenant are deleted. */
export const defaultPoliciesFinalizer = 'auth.tkestack.io/default-policies';

/** Field manager of every write of this package. */
export const fieldManager = 'tke/policy';
