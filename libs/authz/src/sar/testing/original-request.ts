import type { ResourceAttributes } from '@tke/meta';
import { singularOf } from '../singular.ts';

/** The domain, object and action TKEStack asked Casbin about. */
export interface OriginalRequest {
  readonly domain: string;
  readonly object: string;
  readonly action: string;
}

interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

const converted = 'get list watch create update patch delete proxy put post deletecollection'.split(' ');
const special = ['status', 'log', 'finalize', 'proxy'];

/**
 * ConvertTKEAttributes of TKEStack (pkg/auth/filter), for callers that have a tenant.
 * @param groups carried the project and the cluster, which the client chose by headers.
 * @param behindSubresource the segment of the URL behind the subresource, which a review does not carry.
 */
export function originalRequest(
  asked: ResourceAttributes,
  groups: readonly string[],
  behindSubresource = '',
): OriginalRequest {
  const domain = valueOf(groups, 'project:');
  const { verb = '', group = '', subresource = '', namespace = '', name = '' } = asked;
  const { resource = '' } = asked;
  if (!converted.includes(verb)) {
    return { domain, object: resource, action: verb };
  }
  const registry = group === 'registry.tkestack.io' && resource === 'namespaces';
  const plain = { verb, group, resource: registry ? 'registrynamespaces' : resource, subresource, namespace, name };
  const rerooted = resource === 'clusters' && subresource !== '' && !special.includes(subresource);
  return rerooted
    ? convert({ ...plain, resource: subresource, name: behindSubresource, subresource: '' }, domain, name)
    : convert(plain, domain, valueOf(groups, 'cluster:'));
}

/** Requests for a path: the singular form was taken of it as of a resource. */
export function originalPathRequest(verb: string, path: string): OriginalRequest {
  const reads = verb === 'get' || verb === 'list';
  return { domain: '', object: reads ? path : singularOf(path), action: verb === 'get' ? 'list' : verb };
}

function convert(asked: Attributes, domain: string, cluster: string): OriginalRequest {
  const kind = singularOf(asked.resource);
  const { verb, form } = verbAndKind(asked, kind);
  const inCluster = cluster === '' || kind === 'cluster' ? '' : `cluster:${cluster}/`;
  return {
    domain,
    object: `${inCluster}${namespacePrefix(asked, kind)}${kind}:${asked.name === '' ? '*' : asked.name}`,
    action: `${verb}${upperFirst(form)}${upperFirst(asked.subresource)}`,
  };
}

function verbAndKind({ verb, resource, subresource, name }: Attributes, kind: string) {
  switch (verb) {
    case 'list':
      return { verb, form: name === '' ? resource : kind };
    case 'get':
      if (name === '') {
        return { verb: 'list', form: resource };
      }
      return { verb: subresource === '' || special.includes(subresource) ? 'get' : 'list', form: kind };
    case 'patch':
      return { verb: 'update', form: kind };
    case 'deletecollection':
      return { verb: 'delete', form: kind };
    default:
      return { verb, form: kind };
  }
}

function namespacePrefix({ group, namespace }: Attributes, kind: string): string {
  if (namespace === '') {
    return '';
  }
  switch (group) {
    case 'business.tkestack.io':
      return `project:${namespace}/`;
    case 'registry.tkestack.io':
      return `registrynamespace:${namespace}/`;
    default:
      return kind === 'namespace' ? '' : `namespace:${namespace}/`;
  }
}

function valueOf(groups: readonly string[], prefix: string): string {
  return groups.find((group) => group.startsWith(prefix))?.slice(prefix.length) ?? '';
}

function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
