import { kindKey } from '@tke/meta';
import { readVerbs } from '../decide/verbs.ts';
import { isCoreNamespace, type ProjectDirectory, type Question } from '../sar/request.ts';
import type { TenantDirectory } from './directories.ts';
import { noOpinion, type Verdict } from './verdict.ts';

type Target = Pick<NonNullable<Question['resource']>, 'verb' | 'group' | 'resource' | 'subresource' | 'namespace'>;

interface ProjectBounds {
  readonly tenants: TenantDirectory;
  readonly projects: ProjectDirectory;
}

const projectKind = { group: 'business.tkestack.io', plural: 'projects' };

/** Core objects that tell of a project's own objects, and nothing else. */
const readable: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'namespaces']);

/**
 * What the namespaces of projects on the hub are for: objects of ours, and events to read. Everything else there is for components: a
 * pod would run on the hub, a Secret may be the credential of another member of the project. Tenants of the hub are no exception.
 *
 * @param target its namespace may be that of the namespace object itself.
 * @param ours whether the resource is of a kind of ours that belongs to tenants.
 * @returns undefined for what is in no project; an undefined verdict for what policies may give.
 */
export function projectObjection(
  tenant: string,
  target: Target,
  ours: boolean,
  bounds: ProjectBounds,
): { readonly verdict: Verdict | undefined } | undefined {
  const owners = tenantsOfProject(target.namespace, bounds);
  if (owners.length === 0) {
    return undefined;
  }
  const { namespace } = target;
  if (owners.some((owner) => owner !== tenant)) {
    return { verdict: noOpinion(`namespace "${namespace}" belongs to a project of another tenant`) };
  }
  const verdict =
    ours || isReadable(target)
      ? undefined
      : noOpinion(
          `in namespace "${namespace}" of a project, policies reach its own kinds and the reading of events, not ${target.verb} of ${resourceOf(target)}`,
        );
  return { verdict };
}

/** By its name, as projects own the namespace of theirs, and by its label. Empty when it is no project's, or that of an unknown one. */
function tenantsOfProject(namespace: string, { tenants, projects }: ProjectBounds): readonly string[] {
  const labelled = namespace === '' ? undefined : projects.projectOf(undefined, namespace);
  return [namespace, labelled].flatMap((name) => {
    const owner = name === undefined || name === '' ? undefined : tenants.tenantOf(projectKind, { name });
    return owner === undefined ? [] : [owner];
  });
}

function isReadable(target: Target): boolean {
  const isRead = isCoreNamespace(target) ? target.verb === 'get' : readVerbs.includes(target.verb);
  return isRead && target.subresource === '' && readable.has(resourceOf(target));
}

function resourceOf({ group, resource }: Target): string {
  return kindKey({ group, plural: resource });
}
