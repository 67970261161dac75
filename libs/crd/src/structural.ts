import type { KindDescriptor } from './kind.ts';
import type { SchemaNode } from './node.ts';
import { whyNotPortable } from './pattern.ts';
import { selectableFieldProblems } from './selectable.ts';

/** Keywords of JSON Schema that a structural schema must not use, at any depth. */
const forbidden = [
  '$ref',
  'definitions',
  'patternProperties',
  'const',
  'oneOf',
  'allOf',
  'not',
  'if',
  'dependencies',
  'uniqueItems',
];
const scalars: readonly unknown[] = ['string', 'integer', 'number', 'boolean'];

/**
 * What the API server would refuse about the CRD of a kind, as `path: rule` lines; empty when it is fine. The rules are those of
 * apiextensions-apiserver `pkg/apiserver/schema/validation.go` and `pkg/apis/apiextensions/validation`, plus our own: a
 * description on every field. CEL is left to the API server, which type-checks it and estimates its cost.
 */
export function structuralProblems(kind: Pick<KindDescriptor, 'schema' | 'selectableFields'>): readonly string[] {
  return [...rootProblems(kind.schema), ...nodeProblems('', kind.schema), ...selectableFieldProblems(kind)];
}

function rootProblems({ type, additionalProperties, properties }: SchemaNode): string[] {
  const restricted = Object.keys(properties?.metadata?.properties ?? {}).filter(
    (name) => name !== 'name' && name !== 'generateName',
  );
  return [
    ...(type === 'object' ? [] : [': the root must be an object']),
    ...(additionalProperties === undefined ? [] : [': the root must not have additionalProperties']),
    ...restricted.map((name) => `metadata.${name}: only name and generateName may be restricted`),
  ];
}

function nodeProblems(path: string, node: SchemaNode): string[] {
  const rules = [
    typeProblem,
    anyOfProblem,
    keywordProblem,
    patternProblem,
    objectProblem,
    requiredProblem,
    listProblem,
    descriptionProblem,
  ];
  const own = rules.map((rule) => rule(node, path)).filter((problem) => problem !== undefined);
  return [
    ...own.map((problem) => `${path}: ${problem}`),
    ...children(path, node).flatMap(([at, child]) => nodeProblems(at, child)),
  ];
}

function children(path: string, { properties = {}, items, additionalProperties }: SchemaNode): [string, SchemaNode][] {
  return [
    ...Object.entries(properties).map(([name, child]): [string, SchemaNode] => [
      path === '' ? name : `${path}.${name}`,
      child,
    ]),
    ...(items === undefined ? [] : [[`${path}[*]`, items] as [string, SchemaNode]]),
    ...(additionalProperties === undefined ? [] : [[`${path}[*]`, additionalProperties] as [string, SchemaNode]]),
  ];
}

function typeProblem(node: SchemaNode): string | undefined {
  if (node['x-kubernetes-int-or-string'] === true) {
    return node.type === undefined ? undefined : 'int-or-string must not have a type';
  }
  return node.type === undefined && node['x-kubernetes-preserve-unknown-fields'] !== true
    ? 'must have a type'
    : undefined;
}

function anyOfProblem(node: SchemaNode): string | undefined {
  if (node.anyOf === undefined) {
    return undefined;
  }
  const pair = JSON.stringify(node.anyOf) === JSON.stringify([{ type: 'integer' }, { type: 'string' }]);
  return pair && node['x-kubernetes-int-or-string'] === true ? undefined : 'anyOf is for int-or-string only';
}

function keywordProblem(node: SchemaNode): string | undefined {
  const found = forbidden.find((keyword) => keyword in node);
  return found === undefined ? undefined : `must not use ${found}`;
}

function patternProblem({ pattern }: SchemaNode): string | undefined {
  const why = pattern === undefined ? undefined : whyNotPortable(pattern);
  return why === undefined ? undefined : `pattern ${why}`;
}

function objectProblem({ properties, additionalProperties }: SchemaNode): string | undefined {
  return properties !== undefined && additionalProperties !== undefined
    ? 'properties and additionalProperties exclude each other'
    : undefined;
}

function requiredProblem({ required = [], properties = {} }: SchemaNode): string | undefined {
  const missing = required.find((name) => !(name in properties));
  return missing === undefined ? undefined : `requires ${missing}, which it does not have`;
}

function listProblem(node: SchemaNode): string | undefined {
  if (node.type !== 'array') {
    return undefined;
  }
  const { items } = node;
  if (items === undefined) {
    return 'a list must have items';
  }
  const type = node['x-kubernetes-list-type'];
  if (type === undefined) {
    return 'a list must say its x-kubernetes-list-type';
  }
  if (items.nullable === true && type !== 'atomic') {
    return 'items must not be nullable';
  }
  if (type === 'set') {
    return scalars.includes(items.type) ? undefined : 'items of a set must be scalars';
  }
  return type === 'map' ? mapListProblem(items, node['x-kubernetes-list-map-keys'] ?? []) : undefined;
}

function mapListProblem(items: SchemaNode, keys: readonly string[]): string | undefined {
  if (items.type !== 'object' || keys.length === 0) {
    return 'a map list must have objects as items and name its keys';
  }
  const wrong = keys.find((key) => {
    const node = items.properties?.[key];
    const present = items.required?.includes(key) === true || node?.default !== undefined;
    return !scalars.includes(node?.type) || !present;
  });
  return wrong === undefined ? undefined : `key ${wrong} must be a scalar that is required or has a default`;
}

function descriptionProblem({ description }: SchemaNode, path: string): string | undefined {
  const exempt = path === 'metadata';
  return description === undefined && !exempt ? 'must have a description' : undefined;
}
