import { businessNamespace, project as projectKind, type BusinessNamespace, type Project } from '@tke/api-business';
import { isCoded } from '@tke/errors';
import { isForbidden, isNotFound, type Client } from '@tke/kube-client';
import type { Kind } from '@tke/meta';
import { forEachConcurrently } from '@tke/runtime';

import { listOfTenant, type TenantSelection } from '../cluster/tenant-objects.ts';
import { cliErrors } from '../errors.ts';
import { ownPortal } from './own-portal.ts';

const projects: Kind<Project> = projectKind;
const namespaces: Kind<BusinessNamespace> = businessNamespace;

const readsAtOnce = 8;

type Reader = Pick<Client, 'list' | 'get' | 'create'>;

export interface ProjectSelection extends TenantSelection {
  /** Hears of what is left out. */
  readonly note: (text: string) => void;
}

/**
 * The projects of a tenant. Of who may not list them those that are named, else his own as far as he may read them.
 * @throws ProjectsNotReadable, ProjectNotFound
 */
export async function readProjects(
  client: Reader,
  named: readonly string[],
  selection: ProjectSelection,
): Promise<readonly Project[]> {
  const { signal } = selection;
  return (
    (await listOfTenant(client, projects, selection)) ??
    (named.length === 0
      ? ownProjects(client, selection)
      : Promise.all(named.map((name) => readProject(client, name, signal))))
  );
}

async function ownProjects(client: Reader, { note, signal }: ProjectSelection): Promise<readonly Project[]> {
  const { projects: told = {}, more = 0 } = await ownPortal(client, signal);
  const read: Project[] = [];
  const hidden: string[] = [];
  await forEachConcurrently(Object.keys(told), readsAtOnce, signal, async (name) => {
    try {
      read.push(await readProject(client, name, signal));
    } catch (error) {
      if (!isCoded(error, 'ProjectsNotReadable', 'ProjectNotFound')) {
        throw error;
      }
      hidden.push(name);
    }
  });
  if (read.length === 0) {
    throw cliErrors.ProjectsNotReadable('may not list projects.business.tkestack.io, and has none to read');
  }
  if (hidden.length > 0 || more > 0) {
    note(
      `not shown: ${[...hidden.toSorted(), ...(more > 0 ? [`${more} projects beyond those the server tells of`] : [])].join(', ')}`,
    );
  }
  return read;
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
