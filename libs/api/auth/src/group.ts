/** Group and version of every kind in this package. */
export const authGroup = { group: 'auth.tkestack.io', version: 'v1' } as const;
