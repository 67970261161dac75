import { kindKey } from '@tke/meta';
import { oneLine } from '../decide/decision.ts';
import { tenantExtraKeys, tenantGroupPrefix } from '../sar/caller.ts';
import type { Question } from '../sar/request.ts';
import type { TenantDirectory } from './directories.ts';
import type { Verdict } from './verdict.ts';

type Target = NonNullable<Question['resource']>;

const clusters = { group: 'platform.tkestack.io', plural: 'clusters' };
const tenantField = 'spec.tenantID';

/** What keeps a tenant's caller from the request before any row or administrator is looked at; undefined for nothing. */
export function tenantObjection(
  tenant: string,
  question: Question,
  tenants: TenantDirectory,
  cluster: string | undefined,
): Verdict | undefined {
  const elsewhere = cluster === undefined ? undefined : clusterObjection(tenant, cluster, tenants);
  if (elsewhere !== undefined || question.resource === undefined) {
    return elsewhere;
  }
  if (question.verb.startsWith('impersonate')) {
    return impersonationObjection(tenant, question.resource);
  }
  // The tenants of objects in member clusters are not ours to know.
  return cluster === undefined ? ownerObjection(tenant, question.resource, tenants) : undefined;
}

function clusterObjection(tenant: string, cluster: string, tenants: TenantDirectory): Verdict | undefined {
  if (tenants.ownership(clusters) !== 'tenant') {
    return undefined;
  }
  const owner = tenants.tenantOf(clusters, { name: cluster });
  if (owner === undefined || owner === '') {
    return noOpinion(`cluster "${cluster}" belongs to no known tenant`);
  }
  return owner === tenant ? undefined : deny(`cluster "${cluster}" belongs to another tenant`);
}

function ownerObjection(tenant: string, target: Target, tenants: TenantDirectory): Verdict | undefined {
  const resource = { group: target.group, plural: target.resource };
  const ownership = tenants.ownership(resource);
  if (ownership === undefined) {
    return undefined;
  }
  const what = kindKey(resource);
  if (ownership === 'platform') {
    return noOpinion(`${what} belong to the platform, no policy of a tenant reaches them`);
  }
  const { name, namespace } = target;
  const owner = name === '' ? undefined : tenants.tenantOf(resource, namespace === '' ? { name } : { namespace, name });
  if (owner === undefined) {
    return unselectedObjection(tenant, target, what);
  }
  if (owner === '') {
    return noOpinion(`${what} "${name}" belongs to no tenant`);
  }
  return owner === tenant ? undefined : deny(`${what} "${name}" belongs to another tenant`);
}

/**
 * Objects of other tenants must be outside of what is read. That holds for a name that is not known too: a watch outlives
 * the answer, and another tenant may take the name meanwhile.
 */
function unselectedObjection(tenant: string, target: Target, what: string): Verdict | undefined {
  return readsMany(target.verb) && !selectsTenant(target, tenant)
    ? noOpinion(`${what} of other tenants would be included: add --field-selector ${tenantField}=${tenant}`)
    : undefined;
}

function readsMany(verb: string): boolean {
  return verb === 'list' || verb === 'watch' || verb === 'deletecollection';
}

/** Requirements all hold at once, so one that names the tenant is enough. */
function selectsTenant({ fields }: Target, tenant: string): boolean {
  return fields.some(
    ({ key, operator, values }) =>
      key === tenantField && operator === 'In' && values.length === 1 && values[0] === tenant,
  );
}

/** Whoever is impersonated belongs to the same tenant, and to nothing of Kubernetes itself. */
function impersonationObjection(tenant: string, { resource, subresource, name }: Target): Verdict | undefined {
  const asTenant =
    resource === 'userextras' && tenantExtraKeys.includes(subresource)
      ? name
      : resource === 'groups' && name.startsWith(tenantGroupPrefix)
        ? name.slice(tenantGroupPrefix.length)
        : tenant;
  if (asTenant !== tenant) {
    return deny(`tenant "${asTenant}" is not the tenant of the user`);
  }
  return name.startsWith('system:') ? noOpinion('no policy of a tenant lends an identity of Kubernetes') : undefined;
}

function deny(reason: string): Verdict {
  return { kind: 'deny', reason: oneLine(reason) };
}

function noOpinion(reason: string): Verdict {
  return { kind: 'noOpinion', reason: oneLine(reason) };
}
