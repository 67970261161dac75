import type { BusinessNamespace, Project } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';

import { namespaceKind, projectKind } from '../objects/kinds.ts';
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

function ofSource({ metadata, status }: DeepReadonly<BusinessNamespace>): readonly Hindrance[] {
  const phase = metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Pending') : 'Terminating';
  switch (phase) {
    case 'Available':
      return [];
    case 'Terminating':
      return [refused('spec.namespace', 'SourceGone', `Namespace ${metadata.name ?? ''} is being deleted`)];
    default:
      return [waiting(`Namespace ${metadata.name ?? ''} is ${phase}: it moves when it is Available`)];
  }
}

function ofDestination({ metadata, status }: DeepReadonly<Project>): readonly Hindrance[] {
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

function ofQuota(
  { emigration }: Examined,
  source: DeepReadonly<BusinessNamespace>,
  destination: DeepReadonly<Project>,
): readonly Hindrance[] {
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
