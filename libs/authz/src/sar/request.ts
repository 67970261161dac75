import { authzErrors } from '../errors.ts';
import type { AccessRequest } from '../decide/request.ts';
import type { NameShape } from '../pattern/overlap.ts';
import { actionOf, kindOf, pluralActionOf, type ResourceTarget } from './action.ts';
import { mayBeNamespaced } from './resource-scope.ts';
import type {
  SelectorRequirement,
  NonResourceAttributes,
  ResourceAttributes,
  SubjectAccessReviewSpec,
} from '@tke/meta';

/** Which project owns what, as the objects of the platform say; never what a client says. */
export interface ProjectDirectory {
  /** @param cluster a member cluster, or undefined for the hub. */
  projectOf(cluster: string | undefined, namespace: string): string | undefined;
}

export interface RequestOptions {
  /** The member cluster whose apiserver asks; undefined for the hub. */
  readonly cluster?: string | undefined;
  readonly projects: ProjectDirectory;
}

/** A review in the terms of the rows, without the caller. */
export interface Question extends Omit<AccessRequest, 'subjects'> {
  /** Undefined when a path is asked for. */
  readonly resource: (ResourceTarget & { readonly fields: readonly SelectorRequirement[] }) | undefined;
}

const businessGroup = 'business.tkestack.io';
const registryGroup = 'registry.tkestack.io';

/** @throws ReviewIncomplete */
export function requestOf(spec: SubjectAccessReviewSpec, options: RequestOptions): Question {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes === undefined) {
    return resourceQuestion(resourceAttributes, options);
  }
  if (nonResourceAttributes !== undefined && resourceAttributes === undefined) {
    return pathQuestion(nonResourceAttributes, options);
  }
  throw authzErrors.ReviewIncomplete('spec needs exactly one of resourceAttributes and nonResourceAttributes');
}

function resourceQuestion(attributes: ResourceAttributes, { cluster, projects }: RequestOptions): Question {
  const target: ResourceTarget = {
    verb: (attributes.verb ?? '').toLowerCase(),
    group: attributes.group ?? '',
    resource: (attributes.resource ?? '').toLowerCase(),
    subresource: (attributes.subresource ?? '').toLowerCase(),
    namespace: attributes.namespace ?? '',
    name: attributes.name ?? '',
  };
  if (target.verb === '' || target.resource === '') {
    throw authzErrors.ReviewIncomplete('spec.resourceAttributes needs a verb and a resource');
  }
  const path = objectPath(target, cluster);
  return {
    verb: target.verb,
    action: actionOf(target),
    deniedAs: pluralActionOf(target),
    object: `${path}${target.name === '' ? '*' : target.name}`,
    domain: domainOf(target, cluster, projects),
    ...(isCollection(target) && { members: memberShapes(target, path, cluster) }),
    resource: { ...target, fields: attributes.fieldSelector ?? [] },
  };
}

// TKEStack calls a GET of a path a list; the policies it ships name both.
function pathQuestion({ path = '', verb = '' }: NonResourceAttributes, { cluster }: RequestOptions): Question {
  if (path === '' || verb === '') {
    throw authzErrors.ReviewIncomplete('spec.nonResourceAttributes needs a path and a verb');
  }
  const lower = verb.toLowerCase();
  return {
    verb: lower,
    action: lower === 'get' ? 'list' : lower,
    object: cluster === undefined ? path : `cluster:${cluster}/${path.replace(/^\//, '')}`,
    domain: '',
    resource: undefined,
  };
}

/** Everything of the object's text but its name. */
function objectPath(target: ResourceTarget, cluster: string | undefined): string {
  const inCluster = cluster === undefined ? '' : `cluster:${cluster}/`;
  const inNamespace =
    target.namespace === '' || isCoreNamespace(target) ? '' : `${namespaceKind(target)}:${target.namespace}/`;
  return `${inCluster}${inNamespace}${kindOf(target)}:`;
}

function namespaceKind({ group }: ResourceTarget): string {
  switch (group) {
    case businessGroup:
      return 'project';
    case registryGroup:
      return 'registrynamespace';
    default:
      return 'namespace';
  }
}

/** A namespace is named in its own namespace by the apiserver, but does not nest under itself. */
export function isCoreNamespace({ group, resource }: Pick<ResourceTarget, 'group' | 'resource'>): boolean {
  return group === '' && resource === 'namespaces';
}

/** Without a name everything of that kind is meant. A create names nothing that exists: only a deny on the kind stops it. */
function isCollection({ name, verb }: ResourceTarget): boolean {
  return name === '' && verb !== 'create';
}

function memberShapes(target: ResourceTarget, path: string, cluster: string | undefined): readonly NameShape[] {
  const names = target.group === 'rbac.authorization.k8s.io' ? 'pathSegment' : 'dns';
  const here: NameShape = { texts: [path, ''], names };
  if (target.namespace !== '' || !mayBeNamespaced(target.group, target.resource)) {
    return [here];
  }
  const inCluster = cluster === undefined ? '' : `cluster:${cluster}/`;
  return [here, { texts: [`${inCluster}${namespaceKind(target)}:`, `/${kindOf(target)}:`, ''], names }];
}

function domainOf(target: ResourceTarget, cluster: string | undefined, projects: ProjectDirectory): string {
  if (target.group === businessGroup && target.resource === 'projects') {
    return target.name;
  }
  const namespace = isCoreNamespace(target) && target.namespace === '' ? target.name : target.namespace;
  return namespace === '' ? '' : (projects.projectOf(cluster, namespace) ?? '');
}
