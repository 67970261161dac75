export type {
  NonResourceAttributes,
  ResourceAttributes,
  SelectorRequirement,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from './access-review.ts';
export type {
  Condition,
  ConditionStatus,
  KubeObject,
  ListMeta,
  ObjectKey,
  ObjectList,
  ObjectMeta,
  ObjectRef,
  OwnerReference,
} from './object.ts';
export { deepFreeze } from './deep-readonly.ts';
export type { DeepReadonly } from './deep-readonly.ts';
export { apiVersionOf, kindKey, keyOf, keyString, parseKey, resourcePath } from './kind.ts';
export type { Kind, ObjectOf } from './kind.ts';
export * as coreKinds from './core-kinds.ts';
export type {
  ConfigMap,
  CoreEvent,
  CustomResourceDefinition,
  EventObject,
  Lease,
  Namespace,
  Secret,
  WebhookConfiguration,
} from './core-kinds.ts';
export { compareResourceVersions } from './resource-version.ts';
