import { apiVersionOf, keyString, type DeepReadonly, type Kind, type KubeObject, type OwnerReference } from '@tke/meta';

import { objectErrors } from './errors.ts';

export interface OwnerReferenceOptions {
  /** Whether the owner is the one controller of the object. Default true. */
  readonly controller?: boolean;
  /** Whether a foreground deletion of the owner waits for the object. Default true. */
  readonly blockOwnerDeletion?: boolean;
}

/**
 * A reference to an owner. A namespaced owner can own objects of its own namespace only: name theirs in `dependent`,
 * else, or when it is another, `OwnerOutOfScope`. A cluster-scoped owner can own anything.
 */
export function ownerReference<T extends KubeObject>(
  owner: NoInfer<DeepReadonly<T>>,
  kind: Kind<T>,
  dependent: { readonly namespace?: string } = {},
  { controller = true, blockOwnerDeletion = true }: OwnerReferenceOptions = {},
): OwnerReference {
  const { name, namespace, uid } = owner.metadata;
  if (name === undefined || uid === undefined) {
    throw objectErrors.OwnerNotStored(`${kind.kind} ${name ?? '(no name)'} has no uid yet and cannot own anything`);
  }
  if (kind.namespaced && dependent.namespace !== namespace) {
    const where = dependent.namespace === undefined ? 'in cluster scope' : `in namespace ${dependent.namespace}`;
    throw objectErrors.OwnerOutOfScope(
      `${kind.kind} ${keyString({ ...(namespace === undefined ? {} : { namespace }), name })} cannot own an object ${where}`,
    );
  }
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller, blockOwnerDeletion };
}

/**
 * The list with a reference added, or replaced where the same owner stands in it already (its version and uid may have
 * changed). Throws `AlreadyControlled` when it would give the object a second controller.
 */
export function withOwner(
  references: DeepReadonly<OwnerReference[]> | undefined,
  reference: OwnerReference,
): OwnerReference[] {
  const others = (references ?? []).filter((other) => !isSameOwner(other, reference)).map((other) => ({ ...other }));
  const rival = others.find(({ controller }) => controller === true);
  if (reference.controller === true && rival !== undefined) {
    throw objectErrors.AlreadyControlled(
      `${reference.kind} ${reference.name} cannot control an object that ${rival.kind} ${rival.name} controls`,
    );
  }
  return [...others, reference];
}

export function controllerOf(object: DeepReadonly<KubeObject>): DeepReadonly<OwnerReference> | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether `owner` is the controller of `object`: by uid, so that an owner of the same name made later is not. */
export function isControlledBy(object: DeepReadonly<KubeObject>, owner: DeepReadonly<KubeObject>): boolean {
  const { uid } = owner.metadata;
  return uid !== undefined && controllerOf(object)?.uid === uid;
}

function isSameOwner(a: DeepReadonly<OwnerReference>, b: OwnerReference): boolean {
  return groupOf(a.apiVersion) === groupOf(b.apiVersion) && a.kind === b.kind && a.name === b.name;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
