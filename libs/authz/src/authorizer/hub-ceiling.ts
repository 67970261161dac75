import { kindKey } from '@tke/meta';
import { readVerbs } from '../decide/verbs.ts';
import { isCoreNamespace, type ProjectDirectory, type Question } from '../sar/request.ts';
import { mayBeNamespaced } from '../sar/resource-scope.ts';
import type { TenantDirectory } from './directories.ts';
import { projectObjection } from './project-ceiling.ts';
import { noOpinion, type Verdict } from './verdict.ts';

/** Namespaces of Kubernetes and of this platform: who writes there owns the hub. */
const ownNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'tke-system']);

/** What an administrator of the platform says of the hub. */
export interface HubBounds {
  readonly tenants: TenantDirectory;
  readonly projects: ProjectDirectory;
  /** Tenants whose policies are about the hub itself. */
  readonly hubTenants: ReadonlySet<string>;
  /** Further namespaces that no policy reaches: a pod in one may run as a service account that owns the hub. Default none. */
  readonly platformNamespaces?: ReadonlySet<string>;
}

/**
 * The most that policies can give on the hub itself, administrators of tenants included. Beyond it is no opinion, so
 * that RBAC alone decides. Undefined for what is below:
 *
 * - Every tenant: kinds of `*.tkestack.io` whose objects belong to tenants, but none in another tenant's project; and what
 *   `projectObjection` leaves of the namespaces of its own projects.
 * - Tenants of `hubTenants`, whose policies are about the hub itself: also everything in namespaces, and reads (`get`,
 *   `list`, `watch`, no subresource) of what lies outside of them: cluster-scoped objects, collections over all
 *   namespaces but those of secrets, paths. Writes there, an impersonation among them, would own the hub.
 * - Nobody: anything in the platform's own namespaces, and in those of `platformNamespaces`.
 */
export function hubObjection(tenant: string, question: Question, bounds: HubBounds): Verdict | undefined {
  const { tenants, hubTenants, platformNamespaces } = bounds;
  const { resource } = question;
  const namespace = resource === undefined ? '' : namespaceOf(resource);
  if (ownNamespaces.has(namespace) || platformNamespaces?.has(namespace) === true) {
    return noOpinion(`namespace "${namespace}" belongs to the platform, no policy of a tenant reaches it`);
  }
  const ours = resource !== undefined && isOurs(resource, tenants);
  const inProject =
    resource === undefined ? undefined : projectObjection(tenant, { ...resource, namespace }, ours, bounds);
  if (ours || inProject !== undefined) {
    return inProject?.verdict;
  }
  if (!hubTenants.has(tenant)) {
    return noOpinion(
      `${nameOf(resource)} of the hub are beyond the policies of tenant "${tenant}": --hub-tenants does not name it`,
    );
  }
  return isNamespaced(resource) ? undefined : writeObjection(question);
}

type Target = NonNullable<Question['resource']>;

function writeObjection({ resource, verb }: Question): Verdict | undefined {
  const readable = readVerbs.includes(verb) && (resource?.subresource ?? '') === '';
  return readable && !isSecrets(resource)
    ? undefined
    : noOpinion(
        `outside of namespaces policies grant reads only, and none of secrets: not ${verb} of ${nameOf(resource)}`,
      );
}

function nameOf(target: Target | undefined): string {
  return target === undefined ? 'paths' : kindKey({ group: target.group, plural: target.resource });
}

function isNamespaced(target: Target | undefined): boolean {
  return target !== undefined && target.namespace !== '' && mayBeNamespaced(target.group, target.resource);
}

/** A namespace is in itself, whether the server names it there or not. */
function namespaceOf(target: Target): string {
  return isCoreNamespace(target) && target.namespace === '' ? target.name : target.namespace;
}

function isOurs({ group, resource }: Target, tenants: TenantDirectory): boolean {
  return group.endsWith('.tkestack.io') && tenants.ownership({ group, plural: resource }) !== undefined;
}

/** `*` is what a review asks that wants to know about every resource. */
function isSecrets(target: Target | undefined): boolean {
  return target?.resource === '*' || target?.resource === 'secrets';
}
