import type { KindDescriptor, SchemaNode } from '@tke/crd';

import { markdownFile, type GeneratedFile } from './files.ts';

const folder = 'docs/reference';

/** `metadata` itself, and the part of status that means the same in every kind. */
const explainedOnce = /^(metadata|status\.(conditions|observedGeneration|phase)\b.*)$/;

interface Field {
  readonly path: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

/** One page per API group: every kind with every field. */
export function referenceFiles(kinds: readonly KindDescriptor[]): readonly GeneratedFile[] {
  return [...Map.groupBy(kinds, ({ group }) => group)].map(([group, members]) =>
    markdownFile(`${folder}/${group}.md`, [
      `# ${group}`,
      '',
      ...members.map(({ kind }) => `* [${kind}](#${kind.toLowerCase()})`),
      '',
      'In every kind that is stored, `status.observedGeneration`, `status.conditions` (`Reconciling`, `Stalled`, `Ready`) and `status.phase` mean the same.',
      ...members.flatMap(section),
    ]),
  );
}

function section(kind: KindDescriptor): readonly string[] {
  const fields = fieldsOf('', kind.schema).filter(({ path }) => !explainedOnce.test(path));
  return [
    '',
    `## ${kind.kind}`,
    '',
    kind.schema.description ?? '',
    '',
    ...facts(kind),
    '',
    ...table(fields),
    ...rules(kind.schema),
  ];
}

function facts({
  group,
  version,
  plural,
  shortNames,
  namespaced,
  selectableFields,
}: KindDescriptor): readonly string[] {
  const fields = selectableFields.map((path) => code(path.slice(1))).join(', ');
  return [
    `* \`${group}/${version}\`, ${namespaced ? 'namespaced' : 'cluster-scoped'}, ${code(plural)}${shortNames.map((name) => `, ${code(name)}`).join('')}`,
    ...(fields === '' ? [] : [`* Field selectors: ${fields}`]),
  ];
}

function table(fields: readonly Field[]): readonly string[] {
  return [
    '| Field | Type | Required | Meaning |',
    '|---|---|---|---|',
    ...fields.map(({ path, node, required }) => {
      const meaning = [node.description ?? '', ...limits(node)].join(' ').replaceAll('|', '\\|');
      return `| ${code(path)} | ${typeOf(node)} | ${required ? 'yes' : ''} | ${meaning} |`;
    }),
  ];
}

function rules(schema: SchemaNode): readonly string[] {
  const messages = new Set(messagesOf(schema));
  return messages.size === 0 ? [] : ['', 'Rules:', '', ...[...messages].map((message) => `* ${message}`)];
}

function messagesOf(node: SchemaNode): readonly string[] {
  const own = (node['x-kubernetes-validations'] ?? []).map(({ message }) => message);
  return [...own, ...childrenOf('', node).flatMap((child) => messagesOf(child.node))];
}

function fieldsOf(path: string, node: SchemaNode): readonly Field[] {
  return childrenOf(path, node).flatMap((field) => [field, ...fieldsOf(field.path, field.node)]);
}

/** Named fields; the items of lists and maps count only for what they contain. */
function childrenOf(
  path: string,
  { properties = {}, required = [], items, additionalProperties }: SchemaNode,
): readonly Field[] {
  const element = items ?? additionalProperties;
  if (element !== undefined) {
    return childrenOf(`${path}[]`, element);
  }
  return Object.entries(properties).map(([name, node]) => ({
    path: path === '' ? name : `${path}.${name}`,
    node,
    required: required.includes(name),
  }));
}

function typeOf(node: SchemaNode): string {
  if (node['x-kubernetes-int-or-string'] === true) {
    return 'integer or string';
  }
  if (node.items !== undefined) {
    return `list of ${typeOf(node.items)}`;
  }
  if (node.additionalProperties !== undefined) {
    return `map of ${typeOf(node.additionalProperties)}`;
  }
  return node.format === undefined ? (node.type ?? 'any') : `${node.type ?? 'any'} (${node.format})`;
}

function limits({
  enum: values,
  minLength,
  maxLength,
  minItems,
  maxItems,
  nullable,
  default: initial,
}: SchemaNode): readonly string[] {
  return [
    ...(values === undefined ? [] : [`One of ${values.map((value) => code(value === '' ? '""' : value)).join(', ')}.`]),
    ...(maxLength === undefined ? [] : [`${range(minLength, maxLength)} characters.`]),
    ...(maxItems === undefined ? [] : [`${range(minItems, maxItems)} items.`]),
    ...(nullable === true ? ['May be null.'] : []),
    ...(initial === undefined ? [] : [`Default ${code(JSON.stringify(initial))}.`]),
  ];
}

function range(min: number | undefined, max: number): string {
  if (min === undefined || min === 0) {
    return `Up to ${String(max)}`;
  }
  return min === max ? String(max) : `${String(min)} to ${String(max)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
