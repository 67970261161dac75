import { kindKey, type ObjectKey } from '@tke/meta';
import { tenantExtraKeys, tenantGroupPrefix } from '../sar/caller.ts';
import { readVerbs } from '../decide/verbs.ts';
import type { Question } from '../sar/request.ts';
import { mayBeNamespaced } from '../sar/resource-scope.ts';
import type { TenantDirectory } from './directories.ts';
import { deny, noOpinion, type Verdict } from './verdict.ts';

type Target = NonNullable<Question['resource']>;

const clusters = { group: 'platform.tkestack.io', plural: 'clusters' };
const tenantField = 'spec.tenantID';

// A service account, a node and whatever comes next say nothing of the tenant they belong to.
const impersonated: ReadonlySet<string> = new Set(['users', 'groups', 'userextras', 'uids']);

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
  return cluster === undefined
    ? ownerObjection(tenant, question.resource, tenants)
    : quotaObjection(question, question.resource);
}

const limiting: ReadonlySet<string> = new Set(['resourcequotas', 'limitranges']);

/**
 * Who works in a namespace of a project must not raise the limit he is under: the manager puts it back at once, but what was let in
 * meanwhile stays. TKEStack's policy of project owners contains `*resourcequota*`.
 */
function quotaObjection({ verb, domain }: Question, { group, resource }: Target): Verdict | undefined {
  return group === '' && limiting.has(resource) && domain !== '' && !readVerbs.includes(verb)
    ? noOpinion(`${resource} of a project's namespace follow its Namespace object on the hub: change spec.hard there`)
    : undefined;
}

function clusterObjection(tenant: string, cluster: string, tenants: TenantDirectory): Verdict | undefined {
  return tenants.tenantOf(clusters, { name: cluster }) === tenant
    ? undefined
    : noOpinion(`cluster "${cluster}" is not known to belong to tenant "${tenant}"`);
}

/**
 * A name that is not known passes: a get of it, by which every apply begins, is answered 404. An object so new that the
 * watch has not told of it is not known either; other tenants cannot write it, admission sees to that.
 */
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
  const { name } = target;
  const owner = name === '' ? undefined : tenants.tenantOf(resource, keyOf(target));
  if (owner === '') {
    return noOpinion(`${what} "${name}" belongs to no tenant`);
  }
  return owner === undefined || owner === tenant
    ? unselectedObjection(tenant, target, what)
    : deny(`${what} "${name}" belongs to another tenant`);
}

/** A namespace that the kind does not have is no way around the owner. */
function keyOf({ group, resource, namespace, name }: Target): ObjectKey {
  return namespace === '' || !mayBeNamespaced(group, resource) ? { name } : { namespace, name };
}

/**
 * Objects of other tenants must be outside of what is read. That holds for an own object too: a watch by name outlives
 * the object, and another tenant may take the name meanwhile.
 */
function unselectedObjection(tenant: string, target: Target, what: string): Verdict | undefined {
  const selector = `${target.name === '' ? '' : `metadata.name=${target.name},`}${tenantField}=${tenant}`;
  return readsMany(target.verb) && !selectsTenant(target, tenant)
    ? noOpinion(`${what} of other tenants would be included: ask with --field-selector ${selector}`)
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
  if (!impersonated.has(resource)) {
    return noOpinion(`no policy of a tenant lends an identity by ${resource}`);
  }
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
