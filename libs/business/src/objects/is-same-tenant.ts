interface OfTenant {
  readonly spec: { readonly tenantID?: string };
}

/** Whether two objects are of the same tenant, or both of none. */
export function isSameTenant(one: OfTenant, other: OfTenant): boolean {
  return (one.spec.tenantID ?? '') === (other.spec.tenantID ?? '');
}
