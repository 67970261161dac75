import type { NsEmigration, Project } from '@tke/api-business';
import type { ResourceAttributes } from '@tke/meta';
import type { AdmissionRequest, AdmissionUser, FieldProblem, MayReach } from '@tke/webhook';

import { namespaceKind, projectKind, type ProjectObject } from '../objects/kinds.ts';
import { parentName, wantedBy } from '../quota/child.ts';
import type { Limits } from '../quota/limits.ts';

/**
 * Limits come from above. Owners of a project may write it, and by that alone they could raise its limits, leave the project above, or
 * take what is free in any other; the API server asks about the project that is written only.
 */
export function projectReachProblems(request: AdmissionRequest<Project>, mayReach: MayReach): readonly FieldProblem[] {
  const { object, oldObject, userInfo } = request;
  if (object === undefined) {
    return [];
  }
  const isMoved = oldObject !== undefined && parentName(object) !== parentName(oldObject);
  const isRelaxed = oldObject === undefined || relaxes(wantedBy(oldObject), wantedBy(object));
  // Whoever may create projects may create one that has no parent: that is asked outside of all projects already.
  const isNewRoot = oldObject === undefined && parentName(object) === '';
  return (isMoved || isRelaxed) && !isNewRoot
    ? takenFromAbove(object, oldObject === undefined || isMoved, mayReach, userInfo)
    : [];
}

function takenFromAbove(
  object: ProjectObject,
  isPlaced: boolean,
  mayReach: MayReach,
  user: AdmissionUser,
): readonly FieldProblem[] {
  const parent = parentName(object);
  if (parent === '') {
    const reach = { attributes: update(object.metadata.name ?? ''), domain: '' };
    return mayReach(user, reach) ? [] : [rootBeyond(isPlaced)];
  }
  return mayReach(user, { attributes: update(parent), domain: parent }) ? [] : [beyond(isPlaced, parent)];
}

/** Whoever moves a namespace into a project uses up its limits, and brings into it what runs there. */
export function emigrationReachProblems(
  { object, oldObject, userInfo }: AdmissionRequest<NsEmigration>,
  mayReach: MayReach,
): readonly FieldProblem[] {
  if (object === undefined || oldObject !== undefined) {
    return [];
  }
  const { destination } = object.spec;
  const { group, plural: resource } = namespaceKind;
  const attributes = { verb: 'create', group, resource, namespace: destination };
  return mayReach(userInfo, { attributes, domain: destination }) ? [] : [destinationBeyond(destination)];
}

/** Whether anything is limited less than before. */
export function relaxes(before: Limits, after: Limits): boolean {
  return [...after].some(([cluster, amounts]) => {
    const old = before.get(cluster);
    return (
      old === undefined ||
      [...old].some(([kind, amount]) => {
        const next = amounts.get(kind);
        return next === undefined || next > amount;
      })
    );
  });
}

function update(name: string): ResourceAttributes {
  const { group, plural: resource } = projectKind;
  return { verb: 'update', group, resource, name };
}

function beyond(isPlaced: boolean, value: string): FieldProblem {
  return isPlaced
    ? {
        field: 'spec.parentProjectName',
        value,
        rule: 'must name a project that the caller may update, because its limits are used',
        remedy: 'Ask an owner of that project.',
        type: 'Forbidden',
      }
    : {
        field: 'spec.clusters',
        value: undefined,
        rule: `may be raised by who may update Project ${value}, whose limits are used`,
        remedy: 'Ask an owner of that project.',
        type: 'Forbidden',
      };
}

function rootBeyond(isMoved: boolean): FieldProblem {
  return {
    field: isMoved ? 'spec.parentProjectName' : 'spec.clusters',
    value: undefined,
    rule: isMoved
      ? 'may be taken away by who may update projects in the whole tenant'
      : 'of a project without parent may be raised by who may update projects in the whole tenant',
    remedy: 'Ask an administrator of the tenant.',
    type: 'Forbidden',
  };
}

function destinationBeyond(value: string): FieldProblem {
  return {
    field: 'spec.destination',
    value,
    rule: 'must name a project in which the caller may create Namespaces',
    remedy: 'Ask an owner of that project to grant it, or to move the namespace.',
    type: 'Forbidden',
  };
}
