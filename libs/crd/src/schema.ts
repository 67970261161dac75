import type { SchemaNode, ValidationRule } from './node.ts';
import { portablePattern } from './pattern.ts';

declare const valueType: unique symbol;

/** A structural schema node and, as a type only, the values it admits. Every builder takes the description first: `kubectl explain` shows it. */
export interface Schema<out V> {
  readonly node: SchemaNode;
  readonly [valueType]?: V;
}

export interface OptionalSchema<out V> extends Schema<V> {
  readonly optional: true;
}

/** The TypeScript type of the values of a schema. */
export type Infer<S> = S extends Schema<infer V> ? V : never;

export type Shape = Readonly<Record<string, Schema<unknown>>>;

type OptionalKeys<P> = { [K in keyof P]: P[K] extends OptionalSchema<unknown> ? K : never }[keyof P];

type Flat<T> = { [K in keyof T]: T[K] };

/** The object type of a shape. A field with a default counts as present: that is how it is read back. */
export type ObjectOf<P extends Shape> = Flat<
  { -readonly [K in Exclude<keyof P, OptionalKeys<P>>]: Infer<P[K]> } & {
    -readonly [K in OptionalKeys<P>]?: Infer<P[K]>;
  }
>;

interface CommonOptions<V> {
  /** Static value the API server fills in. Keep to what GitOps tools may see as drift without harm. */
  readonly default?: V;
  readonly rules?: readonly ValidationRule[];
}

export interface StringOptions extends CommonOptions<string> {
  readonly minLength?: number;
  /** Counted in characters. The cost estimate of CEL rules needs it. */
  readonly maxLength?: number;
  /** Must mean the same to RE2 and to JavaScript. */
  readonly pattern?: string;
}

export interface NumberOptions extends CommonOptions<number> {
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ListOptions {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly rules?: readonly ValidationRule[];
}

export interface MapOptions {
  readonly maxProperties?: number;
  readonly rules?: readonly ValidationRule[];
}

type Scalar = string | number | boolean;

// Kubernetes' own pattern of resource.Quantity, as controller-gen writes it.
const quantityPattern = String.raw`^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$`;
const integerOrString: readonly SchemaNode[] = [{ type: 'integer' }, { type: 'string' }];

export function string(description: string, { rules, pattern, ...options }: StringOptions = {}): Schema<string> {
  return make({
    description,
    type: 'string',
    ...options,
    ...(pattern === undefined ? {} : { pattern: portablePattern(pattern) }),
    ...validations(rules),
  });
}

export function oneOf<const E extends readonly string[]>(
  description: string,
  values: E,
  { rules, ...options }: CommonOptions<E[number]> = {},
): Schema<E[number]> {
  return make({ description, type: 'string', enum: values, ...options, ...validations(rules) });
}

export function integer(
  description: string,
  options: NumberOptions & { readonly format?: 'int32' | 'int64' } = {},
): Schema<number> {
  const { rules, ...rest } = options;
  return make({ description, type: 'integer', format: 'int64', ...rest, ...validations(rules) });
}

export function number(description: string, { rules, ...options }: NumberOptions = {}): Schema<number> {
  return make({ description, type: 'number', ...options, ...validations(rules) });
}

export function boolean(description: string, { rules, ...options }: CommonOptions<boolean> = {}): Schema<boolean> {
  return make({ description, type: 'boolean', ...options, ...validations(rules) });
}

/** Bytes, as base64 text. `maxLength` bounds the text, not the bytes. */
export function base64(description: string, options: { readonly maxLength?: number } = {}): Schema<string> {
  return make({ description, type: 'string', format: 'byte', ...options });
}

/** RFC 3339 time. */
export function timestamp(description: string): Schema<string> {
  return make({ description, type: 'string', format: 'date-time' });
}

/** A port or a percentage, as `intstr.IntOrString`. */
export function intOrString(description: string): Schema<number | string> {
  return make({ description, anyOf: integerOrString, 'x-kubernetes-int-or-string': true });
}

/** `resource.Quantity`: `500m`, `1Gi`, or a bare integer. */
export function quantity(description: string): Schema<number | string> {
  return make({ description, anyOf: integerOrString, pattern: quantityPattern, 'x-kubernetes-int-or-string': true });
}

/** Free keys, all values alike. */
export function map<V>(
  description: string,
  values: Schema<V>,
  { rules, ...options }: MapOptions = {},
): Schema<Record<string, V>> {
  return make({ description, type: 'object', additionalProperties: values.node, ...options, ...validations(rules) });
}

/** A list that server-side apply replaces as a whole. */
export function list<V>(description: string, items: Schema<V>, options: ListOptions = {}): Schema<V[]> {
  return listOf('atomic', description, items, options);
}

/** A list without duplicates; server-side apply merges it item by item. */
export function set<V extends Scalar>(description: string, items: Schema<V>, options: ListOptions = {}): Schema<V[]> {
  return listOf('set', description, items, options);
}

/** A list of objects told apart by `keys`; server-side apply merges it object by object. */
export function listByKey<V, const K extends readonly [keyof V & string, ...(keyof V & string)[]]>(
  description: string,
  items: Schema<V>,
  keys: K,
  options: ListOptions = {},
): Schema<V[]> {
  const list = listOf('map', description, items, options);
  return make({ ...list.node, 'x-kubernetes-list-map-keys': keys });
}

export function object<P extends Shape>(
  description: string,
  shape: P,
  { rules, ...options }: CommonOptions<ObjectOf<P>> = {},
): Schema<ObjectOf<P>> {
  return make({ description, type: 'object', ...properties(shape), ...options, ...validations(rules) });
}

/** An object whose content is kept as it came, without a schema. */
export function preserveUnknown(description: string): Schema<Record<string, unknown>> {
  return make({ description, type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
}

/** The field may be absent. */
export function optional<V>(schema: Schema<V>): OptionalSchema<V> {
  return { ...schema, optional: true };
}

/** The field may be `null`, which Go writes for empty lists, maps and times. */
export function nullable<V>(schema: Schema<V>): Schema<V | null> {
  return make({ ...schema.node, nullable: true });
}

/** `properties` and `required` of an object node: required is what is neither optional nor defaulted. */
export function properties(shape: Shape): Pick<SchemaNode, 'properties' | 'required'> {
  const entries = Object.entries(shape);
  const required = entries
    .filter(([, schema]) => !('optional' in schema) && schema.node.default === undefined)
    .map(([name]) => name);
  return {
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, schema.node])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function listOf<V>(
  type: 'atomic' | 'set' | 'map',
  description: string,
  items: Schema<V>,
  options: ListOptions,
): Schema<V[]> {
  const { rules, ...bounds } = options;
  return make({
    description,
    type: 'array',
    items: items.node,
    'x-kubernetes-list-type': type,
    ...bounds,
    ...validations(rules),
  });
}

function validations(rules: readonly ValidationRule[] = []): Pick<SchemaNode, 'x-kubernetes-validations'> {
  return rules.length === 0 ? {} : { 'x-kubernetes-validations': rules };
}

function make<V>(node: SchemaNode): Schema<V> {
  return { node };
}
