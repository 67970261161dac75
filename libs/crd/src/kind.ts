import type { Kind, KubeObject } from '@tke/meta';

import type { SchemaNode, ValidationRule } from './node.ts';
import * as s from './schema.ts';
import { initialStatus, standardStatus } from './status.ts';

/** A column of `kubectl get`. `priority` above 0 shows it with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly description?: string;
  readonly priority?: number;
}

export interface KindDefinition<Properties extends s.Shape, Status extends s.Shape> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly description: string;
  readonly namespaced: boolean;
  /** Default: the English plural of the kind, lower case. */
  readonly plural?: string;
  /** Must not shadow a core short name (`ns`, `cm`, ...). */
  readonly shortNames?: readonly string[];
  /** Default: `tkestack`. */
  readonly categories?: readonly string[];
  /** Limits `metadata.name` beyond what the API server asks of every name. */
  readonly name?: s.Schema<string>;
  /** Top-level fields beside metadata and status: `spec`, as a rule. */
  readonly properties: Properties;
  /**
   * Whether a controller answers for every object in its status. Default true: a new object then counts as unfinished (kstatus)
   * until it has. Without one, that would be forever.
   */
  readonly reconciled?: boolean;
  /** Fields of status beside `observedGeneration`, `conditions` and `phase`. */
  readonly status?: Status;
  /** Columns between NAME and READY, REASON, AGE. */
  readonly columns?: readonly PrinterColumn[];
  /** At most 8, no array paths (KEP-4358). */
  readonly selectableFields?: readonly string[];
  /** CEL rules over the whole object. */
  readonly rules?: readonly ValidationRule[];
}

type Flat<T> = { [K in keyof T]: T[K] };

export type ObjectOfKind<Properties extends s.Shape, Status extends s.Shape> = Flat<
  KubeObject & s.ObjectOf<Properties> & { status?: s.ObjectOf<Status & typeof standardStatus> }
>;

/** Everything known about one custom resource: what the client needs (`Kind`) and what its CRD is made of. */
export interface KindDescriptor<T extends KubeObject = KubeObject> extends Kind<T> {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Schema of the whole object. */
  readonly schema: SchemaNode;
  readonly columns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
}

/** Declares a custom resource. The result is the `Kind` for clients and caches and the source of the CRD, its docs and its validator. */
export function defineKind<Properties extends s.Shape, Status extends s.Shape = typeof standardStatus>(
  definition: KindDefinition<Properties, Status>,
): KindDescriptor<ObjectOfKind<Properties, Status>> {
  const { group, version, kind, namespaced, plural = pluralOf(kind) } = definition;
  return {
    group,
    version,
    kind,
    namespaced,
    plural,
    singular: kind.toLowerCase(),
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? ['tkestack'],
    schema: rootNode(definition),
    columns: [...(definition.columns ?? []), ...standardColumns],
    selectableFields: definition.selectableFields ?? [],
  };
}

export interface ReviewDefinition<Properties extends s.Shape> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly description: string;
  readonly shortNames?: readonly string[];
  /** The answer: top-level fields that admission fills in. */
  readonly properties: Properties;
}

/**
 * Declares a question to the server, as SelfSubjectReview is one of Kubernetes: created with a dry run, answered by admission, never
 * stored. So it has no status, no columns, and no part in `kubectl get tkestack`.
 */
export function defineReview<Properties extends s.Shape>(
  definition: ReviewDefinition<Properties>,
): KindDescriptor<Flat<KubeObject & s.ObjectOf<Properties>>> {
  const { group, version, kind, description, shortNames = [], properties } = definition;
  return {
    ...{ group, version, kind, shortNames },
    namespaced: false,
    plural: pluralOf(kind),
    singular: kind.toLowerCase(),
    categories: [],
    schema: s.object(description, properties).node,
    columns: [],
    selectableFields: [],
  };
}

/** A text column. */
export function column(
  name: string,
  jsonPath: string,
  options: { type?: PrinterColumn['type']; priority?: number } = {},
): PrinterColumn {
  return { name, jsonPath, type: 'string', ...options };
}

const standardColumns: readonly PrinterColumn[] = [
  column('Ready', '.status.conditions[?(@.type=="Ready")].status'),
  column('Reason', '.status.conditions[?(@.type=="Ready")].reason'),
  column('Age', '.metadata.creationTimestamp', { type: 'date' }),
];

function rootNode(definition: KindDefinition<s.Shape, s.Shape>): SchemaNode {
  const { description, name, properties, status, rules, reconciled = true } = definition;
  const statusNode = s.object('What was observed. Written by controllers only.', { ...standardStatus, ...status }).node;
  const { properties: fields, ...root } = s.object(description, properties, rules === undefined ? {} : { rules }).node;
  return {
    ...root,
    properties: {
      ...(name === undefined ? {} : { metadata: { type: 'object', properties: { name: name.node } } }),
      ...fields,
      status: reconciled ? { ...statusNode, default: initialStatus } : statusNode,
    },
  };
}

function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/[^aeiou]y$/.test(word)) {
    return `${word.slice(0, -1)}ies`;
  }
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
