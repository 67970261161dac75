import type { Policy } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

import { defaultPolicyLabel, tenantLabel } from '../names.ts';
import shipped from './default-policies.json' with { type: 'json' };

const placeholder = '{tenantID}';

/** A policy every tenant gets. */
export interface DefaultPolicy {
  /** Identifies it among the policies of a tenant, whatever they are called. */
  readonly displayName: string;
  /** With the placeholder in it. Null where TKEStack generated a name. */
  readonly name: string | null;
  readonly scope: string;
  readonly category: string;
  readonly effect: string;
  readonly resources: readonly string[];
  readonly actions: readonly string[];
}

/** The part of a policy that is seeded. Descriptions and the like are free to be changed. */
export type SeededSpec = Pick<Policy['spec'], 'displayName' | 'tenantID' | 'category' | 'type' | 'scope' | 'statement'>;

export const defaultPolicies: readonly DefaultPolicy[] = shipped;

/** The name of a default policy in a tenant. */
export function nameIn(tenant: string, { name, displayName }: DefaultPolicy): string {
  return name === null ? `pol-${tenant}-${displayName.toLowerCase()}` : name.replace(placeholder, tenant);
}

/** The tenants in which a policy of this name would be a default one. More than one, where a tenant is called `x-project`. */
export function tenantsNaming(policyName: string): readonly string[] {
  return defaultPolicies.flatMap((shipped) => {
    const [before = '', after = ''] = nameIn(placeholder, shipped).split(placeholder);
    const fits = policyName.startsWith(before) && policyName.endsWith(after);
    const tenant = fits ? policyName.slice(before.length, policyName.length - after.length) : '';
    return tenant === '' ? [] : [tenant];
  });
}

export function seededSpec(
  tenant: string,
  { displayName, category, scope, effect, actions, resources }: DefaultPolicy,
): SeededSpec {
  return {
    displayName,
    tenantID: tenant,
    category,
    type: 'default',
    scope: scope === 'project' ? 'project' : '',
    statement: { actions: [...actions], resources: [...resources], effect: effect === 'deny' ? 'deny' : 'allow' },
  };
}

export function seededPartOf({ spec }: DeepReadonly<Policy>): DeepReadonly<SeededSpec> {
  const { displayName, tenantID = '', category, type = 'custom', scope = '', statement } = spec;
  return { displayName, tenantID, category, type, scope: scope === 'project' ? scope : '', statement };
}

/** Under which a policy is found as the default policy of its tenant: by our label, or as TKEStack looked it up. */
export function seedKeysOf({ metadata, spec }: DeepReadonly<Policy>): readonly string[] {
  const { tenantID = '', type, displayName } = spec;
  const labelled = metadata.labels?.[defaultPolicyLabel];
  // A tenant's users may label their own policies as they like, but not make them the default ones of another tenant.
  const marked = labelled !== undefined && metadata.labels?.[tenantLabel] === tenantID;
  return [
    ...(marked ? [seedKey(tenantID, labelled)] : []),
    ...(type === 'default' ? [seedKey(tenantID, displayName)] : []),
  ];
}

export function seedKey(tenant: string, displayName: string): string {
  return `${tenant}/${displayName}`;
}
