import { businessNamespace, project as projectKind, type BusinessNamespace, type Project } from '@tke/api-business';
import { isForbidden, isNotFound, type Client } from '@tke/kube-client';
import type { Kind } from '@tke/meta';

import { listOfTenant, type TenantSelection } from '../cluster/tenant-objects.ts';
import { cliErrors } from '../errors.ts';

const projects: Kind<Project> = projectKind;
const namespaces: Kind<BusinessNamespace> = businessNamespace;

/**
 * The projects of a tenant. Of who may not list them, those that are named.
 * @throws ProjectsNotReadable
 */
export async function readProjects(
  client: Pick<Client, 'list' | 'get'>,
  named: readonly string[],
  selection: TenantSelection,
): Promise<readonly Project[]> {
  const all = await listOfTenant(client, projects, selection);
  if (all !== undefined) {
    return all;
  }
  if (named.length === 0) {
    throw cliErrors.ProjectsNotReadable('may not list projects.business.tkestack.io');
  }
  return Promise.all(named.map((name) => readProject(client, name, selection.signal)));
}

async function readProject(client: Pick<Client, 'get'>, name: string, signal: AbortSignal): Promise<Project> {
  try {
    return await client.get(projects, { name }, { signal });
  } catch (cause) {
    if (isNotFound(cause)) {
      throw cliErrors.ProjectNotFound(`there is no Project ${name}`, { cause });
    }
    if (isForbidden(cause)) {
      throw cliErrors.ProjectsNotReadable(`may not read Project ${name}`, { cause });
    }
    throw cause;
  }
}

export interface ReadNamespaces {
  readonly namespaces: readonly BusinessNamespace[];
  /** Projects whose Namespaces may not be read. */
  readonly hidden: readonly string[];
}

/** The Namespaces in projects: all at once where that is allowed, else project by project. */
export async function readNamespaces(
  client: Pick<Client, 'list'>,
  inProjects: readonly Project[],
  selection: TenantSelection,
): Promise<ReadNamespaces> {
  const all = await listOfTenant(client, namespaces, selection);
  if (all !== undefined) {
    return { namespaces: all, hidden: [] };
  }
  const found: BusinessNamespace[] = [];
  const hidden: string[] = [];
  for (const { metadata } of inProjects) {
    const namespace = metadata.name ?? '';
    const own = await listOfTenant(client, namespaces, { ...selection, namespace });
    found.push(...(own ?? []));
    if (own === undefined) {
      hidden.push(namespace);
    }
  }
  return { namespaces: found, hidden };
}
