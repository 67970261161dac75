/** Group and version of every kind in this package. */
export const businessGroup = { group: 'business.tkestack.io', version: 'v1' } as const;
