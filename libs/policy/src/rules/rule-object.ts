import { rule, type Rule, sourceAnnotation, sourceUidLabel } from '@tke/api-auth';
import { ruleName, type RuleSpec } from '@tke/authz';
import {
  apiVersionOf,
  keyOf,
  keyString,
  parseKey,
  type DeepReadonly,
  type Kind,
  type KubeObject,
  type ObjectKey,
} from '@tke/meta';
import { mergeDiff, ownerReference } from '@tke/runtime';

/** `<Kind>/<[namespace/]name>`: how a Rule says what it was made from. */
export function sourceText(kind: Kind, key: ObjectKey): string {
  return `${kind.kind}/${keyString(key)}`;
}

/** The Rule that holds one row of a source. */
export function ruleOf<T extends KubeObject>(kind: Kind<T>, source: DeepReadonly<T>, spec: RuleSpec): Rule {
  const { uid = '' } = (source as DeepReadonly<KubeObject>).metadata;
  return {
    apiVersion: apiVersionOf(rule),
    kind: rule.kind,
    metadata: {
      name: ruleName(uid, spec),
      labels: { [sourceUidLabel]: uid },
      annotations: { [sourceAnnotation]: sourceText(kind, keyOf(source)) },
      // A namespaced object cannot own a cluster-scoped one; its finalizer alone must do. Nothing needs to wait for Rules
      // in a foreground deletion, and asking for it takes a permission of its own (OwnerReferencesPermissionEnforcement).
      ...(kind.namespaced
        ? {}
        : { ownerReferences: [ownerReference(source, kind, {}, { blockOwnerDeletion: false })] }),
    },
    spec: spec as Rule['spec'],
  };
}

/** The merge patch that makes a stored Rule what it should be, undefined when it is. Labels of others stay. */
export function repairOf(stored: DeepReadonly<Rule>, wanted: Rule): Record<string, unknown> | undefined {
  return mergeDiff(owned(stored, wanted), owned(wanted, wanted));
}

function owned({ metadata, spec }: DeepReadonly<Rule>, wanted: Rule): object {
  return {
    metadata: {
      labels: { [sourceUidLabel]: metadata.labels?.[sourceUidLabel] },
      annotations: { [sourceAnnotation]: metadata.annotations?.[sourceAnnotation] },
      ...(wanted.metadata.ownerReferences === undefined ? {} : { ownerReferences: metadata.ownerReferences }),
    },
    spec,
  };
}

/**
 * The source a Rule was made from, as `sourceText`: by its annotation, or by its owner where somebody took that away.
 * Undefined for a Rule that somebody wrote by hand.
 */
export function sourceTextOf({ metadata }: DeepReadonly<Rule>): string | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ apiVersion, controller }) => controller === true && apiVersion === apiVersionOf(rule),
  );
  return metadata.annotations?.[sourceAnnotation] ?? (owner && `${owner.kind}/${owner.name}`);
}

/** The key of the source of a Rule, if it is of the given kind. */
export function sourceKeyOf(kind: Kind, object: DeepReadonly<Rule>): ObjectKey | undefined {
  const text = sourceTextOf(object);
  const prefix = `${kind.kind}/`;
  return text?.startsWith(prefix) === true ? parseKey(text.slice(prefix.length)) : undefined;
}
