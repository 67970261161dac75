import { resourceVerbs } from '../decide/verbs.ts';
import { singularOf } from './singular.ts';

/** What a review asks about a resource, every part present, empty for none. */
export interface ResourceTarget {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

// Subresources that open a way into something or mint a credential, whatever the HTTP method: a WebSocket exec is a GET,
// and a grant to read must not contain it. console, usbredir, vnc and vsock are KubeVirt's. Those that only a write can
// use (approval, ephemeralcontainers, resize, scale) need no place here: the verb tells.
const connectSubresources: ReadonlySet<string> = new Set([
  'attach',
  'binding',
  'console',
  'eviction',
  'exec',
  'portforward',
  'proxy',
  'token',
  'usbredir',
  'vnc',
  'vsock',
]);

// The subresources a GET of which TKEStack calls get; a GET of any other is a list.
const readSubresources: ReadonlySet<string> = new Set(['status', 'log', 'finalize']);

/** The action of a request for a resource, as TKEStack's policies spell it: `listPods`, `createPodExec`. */
export function actionOf(target: ResourceTarget): string {
  const { verb, subresource, name } = target;
  const sub = upperFirst(subresource);
  const plural = upperFirst(resourceName(target));
  const singular = upperFirst(kindOf(target));
  if (connectSubresources.has(subresource) && resourceVerbs.includes(verb)) {
    return `create${singular}${sub}`;
  }
  switch (verb) {
    case 'get':
      if (subresource === '') {
        return name === '' ? `list${plural}` : `get${singular}`;
      }
      return `${readSubresources.has(subresource) ? 'get' : 'list'}${singular}${sub}`;
    case 'list':
      return `list${name === '' ? plural : singular}${sub}`;
    case 'patch':
      return `update${singular}${sub}`;
    case 'deletecollection':
      return `delete${singular}${sub}`;
    default:
      return `${verb}${singular}${sub}`;
  }
}

/**
 * The plural of a `list` by name and of a `watch`, whose actions are singular: a deny that is written for the collection
 * holds for them too. Undefined for everything else.
 */
export function pluralActionOf(target: ResourceTarget): string | undefined {
  const { verb, subresource, name } = target;
  const singular = verb === 'watch' || (verb === 'list' && name !== '');
  return singular && !connectSubresources.has(subresource)
    ? `${verb}${upperFirst(resourceName(target))}${upperFirst(subresource)}`
    : undefined;
}

/** The kind as objects are called: lower case, singular. */
export function kindOf(target: ResourceTarget): string {
  return singularOf(resourceName(target));
}

/** Namespaces of the registry are another thing than namespaces of Kubernetes and of projects. */
function resourceName({ group, resource }: ResourceTarget): string {
  return group === 'registry.tkestack.io' && resource === 'namespaces' ? 'registrynamespaces' : resource;
}

function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
