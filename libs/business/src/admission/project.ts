import type { Project } from '@tke/api-business';
import type { CacheReader } from '@tke/runtime';
import {
  kindAdmission,
  merged,
  tenantProblems,
  withTenant,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type TellTenant,
  type ValidationResult,
} from '@tke/webhook';

import { isSameTenant } from '../objects/is-same-tenant.ts';
import { clusterKind, projectKind, type ProjectObject } from '../objects/kinds.ts';
import { ancestorsOf, deepest, heightOf, parentProject } from '../project/tree.ts';
import { endWarnings } from './project-end.ts';
import { allocationProblems, useProblems } from './project-limits.ts';
import { memberWarnings, type TellUnknownUser } from './project-members.ts';
import { tenantResult } from './tenant-result.ts';

const parentField = 'spec.parentProjectName';

/** Says at once what the reconciler would find out later. Reads the cache only; `addProjectController` says what must be in it. */
export function projectAdmission(
  cache: CacheReader,
  callerTenant: TellTenant,
  unknownUser: TellUnknownUser,
): KindAdmission<Project> {
  return kindAdmission<Project>({
    kind: projectKind,
    default: (request) => withTenant(request, callerTenant),
    authorize: (request) => tenantProblems(request, callerTenant(request.userInfo)),
    examine: (object) =>
      merged([
        tenantResult(object, cache),
        { warnings: memberWarnings(object, unknownUser) },
        ...clusterResults(object, cache),
        parentResult(object, cache),
        leftovers(object),
      ]),
    change: (request) => ({ problems: changeProblems(request, cache), warnings: [] }),
    end: (object) => endWarnings(object, cache),
  });
}

function changeProblems({ object, oldObject }: AdmissionRequest<Project>, cache: CacheReader): readonly FieldProblem[] {
  if (object === undefined) {
    return [];
  }
  const parent = parentProject(object, cache);
  const isOfTenant = parent !== undefined && isSameTenant(parent, object);
  return [
    ...(isOfTenant ? allocationProblems(object, oldObject, parent) : []),
    ...(oldObject === undefined ? [] : useProblems(object, oldObject)),
  ];
}

/** Clusters are of the tenant. A missing one is a warning: git applies in any order. */
function clusterResults(object: ProjectObject, cache: CacheReader): readonly Partial<ValidationResult>[] {
  return Object.keys(object.spec.clusters ?? {}).map((name) => {
    const field = `spec.clusters[${name}]`;
    const found = cache.get(clusterKind, { name });
    if (found === undefined) {
      return { warnings: [`${field}: Cluster ${name} does not exist; until it does, nothing can be used in it`] };
    }
    return isSameTenant(found, object) ? {} : { problems: [foreign(field, name, 'Cluster')] };
  });
}

function parentResult(object: ProjectObject, cache: CacheReader): Partial<ValidationResult> {
  const { parentProjectName: value } = object.spec;
  if (!value) {
    return {};
  }
  if (value === object.metadata.name) {
    return { problems: [cycle(value)] };
  }
  const parent = cache.get(projectKind, { name: value });
  if (parent === undefined) {
    return { warnings: [`${parentField}: Project ${value} does not exist; until it does, nothing can be used`] };
  }
  return isSameTenant(parent, object)
    ? { problems: treeProblems(object, parent, cache) }
    : { problems: [foreign(parentField, value, 'Project')] };
}

function treeProblems(object: ProjectObject, parent: ProjectObject, cache: CacheReader): readonly FieldProblem[] {
  const { name = '' } = parent.metadata;
  const above = [parent, ...ancestorsOf(parent, cache)];
  if (above.some(({ metadata }) => metadata.name === object.metadata.name)) {
    return [cycle(name)];
  }
  const levels = above.length + heightOf(object, cache);
  return levels > deepest ? [tooDeep(name, levels)] : [];
}

/** Does not say whose it is: that is nobody else's business. */
function foreign(field: string, value: string, kind: string): FieldProblem {
  const rule = `must name a ${kind} of the tenant of this project`;
  return { field, value, rule, remedy: 'Correct the name, or the tenantID.', type: 'Forbidden' };
}

function cycle(value: string): FieldProblem {
  const rule = 'must not be this project, nor one below it';
  return { field: parentField, value, rule, remedy: 'Name another project, or none.', type: 'Invalid' };
}

function tooDeep(value: string, levels: number): FieldProblem {
  const rule = `must leave the tree of projects at most ${deepest} levels deep, and there would be ${levels}`;
  return { field: parentField, value, rule, remedy: 'Name a project further up.', type: 'Invalid' };
}

function leftovers({ spec }: ProjectObject): Partial<ValidationResult> {
  return spec.finalizers?.length
    ? { warnings: ['spec.finalizers is ignored: metadata.finalizers do its work, and controllers set them'] }
    : {};
}
