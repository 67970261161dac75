import type { Condition, DeepReadonly } from '@tke/meta';
import { findCondition } from '@tke/runtime';

import { namespaceKind, projectKind, type NamespaceObject, type ProjectObject } from '../objects/kinds.ts';
import { quotaProblem } from '../quota/grant.ts';
import { emigrationErrors } from './errors.ts';
import { destinationOf, isMadeBy, sourceKey, sourceOf, targetFor, targetKey, type EmigrationScope } from './scope.ts';

/** Something that keeps a move from beginning. Nothing was touched yet, so that it begins whenever that has changed. */
export type Hindrance =
  /** Objects come in any order, and what is not there yet may come. */
  | { readonly kind: 'waiting'; readonly message: string }
  /** Until somebody changes something. */
  | { readonly kind: 'refused'; readonly field: 'spec.namespace' | 'spec.destination'; readonly error: Error };

type Examined = Pick<EmigrationScope, 'cache' | 'emigration'>;

/** All that keeps the move from beginning. Of what belongs to another tenant it tells nothing else. */
export function hindrances(scope: Examined): readonly Hindrance[] {
  const { spec, metadata } = scope.emigration;
  const { namespace: from = '' } = metadata;
  if (spec.destination === from) {
    return [refused('spec.destination', 'DestinationIsSource', `${from} has the namespace already`)];
  }
  const own = scope.cache.get(projectKind, { name: from });
  const source = sourceOf(scope);
  const destination = destinationOf(scope);
  const { tenantID: stated = '' } = spec;
  const tenant = stated === '' ? (own?.spec.tenantID ?? '') : stated;
  if ([own, source, destination].some((object) => object !== undefined && (object.spec.tenantID ?? '') !== tenant)) {
    return [refused('spec.destination', 'OtherTenant', `${spec.destination} is not a Project of the same tenant`)];
  }
  return [
    ...(source === undefined ? withoutSource(scope) : [...ofSource(source), ...ofName(scope)]),
    ...(destination === undefined ? [waiting(`there is no Project ${spec.destination}`)] : ofDestination(destination)),
    ...(source && destination ? ofQuota(scope, source, destination) : []),
  ];
}

/** A finished move goes after a while; who keeps it in git has it back then. */
function withoutSource({ cache, emigration }: Examined): readonly Hindrance[] {
  const { namespace: from = '', name } = sourceKey(emigration);
  const { spec } = emigration;
  return cache.get(namespaceKind, targetKey(emigration)) === undefined
    ? [waiting(`there is no Namespace ${name} in ${from}`)]
    : [refused('spec.namespace', 'AlreadyMoved', `Namespace ${name} has moved already: it is in ${spec.destination}`)];
}

function ofSource({ metadata, status }: NamespaceObject): readonly Hindrance[] {
  const name = metadata.name ?? '';
  const phase = metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Pending') : 'Terminating';
  switch (phase) {
    case 'Available':
      return ofReadiness(name, findCondition(status?.conditions, 'Ready'));
    case 'Terminating':
      return [refused('spec.namespace', 'SourceGone', `Namespace ${name} is being deleted`)];
    default:
      return [waiting(`Namespace ${name} is ${phase}: it moves when it is Available`)];
  }
}

/** It stays Available while its cluster is silent: a move that began then would hold it Locked, and could not even go back. */
function ofReadiness(name: string, ready: DeepReadonly<Condition> | undefined): readonly Hindrance[] {
  return ready === undefined || ready.status === 'True'
    ? []
    : [waiting(`Namespace ${name} moves when it is Ready, and now: ${ready.message}`)];
}

function ofDestination({ metadata, status }: ProjectObject): readonly Hindrance[] {
  const name = metadata.name ?? '';
  if (metadata.deletionTimestamp !== undefined) {
    return [refused('spec.destination', 'DestinationGone', `Project ${name} is being deleted`)];
  }
  const { phase = 'Pending' } = status ?? {};
  return phase === 'Active' ? [] : [waiting(`Project ${name} is ${phase}: the namespace moves when it is Active`)];
}

function ofName({ cache, emigration }: Examined): readonly Hindrance[] {
  const { namespace = '', name } = targetKey(emigration);
  const found = cache.get(namespaceKind, { namespace, name });
  return found === undefined || isMadeBy(found, emigration)
    ? []
    : [refused('spec.destination', 'DestinationOccupied', `${namespace} has a Namespace ${name} already`)];
}

function ofQuota({ emigration }: Examined, source: NamespaceObject, destination: ProjectObject): readonly Hindrance[] {
  if (destination.metadata.deletionTimestamp !== undefined) {
    return [];
  }
  const error = quotaProblem(destination, targetFor(source, emigration));
  return error === undefined ? [] : [{ kind: 'refused', field: 'spec.destination', error }];
}

function refused(
  field: Extract<Hindrance, { kind: 'refused' }>['field'],
  code: keyof typeof emigrationErrors,
  message: string,
): Hindrance {
  return { kind: 'refused', field, error: emigrationErrors[code](message) };
}

function waiting(message: string): Hindrance {
  return { kind: 'waiting', message };
}
