/** Group and version of every kind in this package. */
export const platformGroup = { group: 'platform.tkestack.io', version: 'v1' } as const;
