import type { KindDescriptor } from './kind.ts';
import type { SchemaNode } from './node.ts';

/** apiextensions `MaxSelectableFields`. */
const maxSelectableFields = 8;

/** KEP-4358: at most 8 paths, each to a string, integer or boolean outside lists and maps. */
export function selectableFieldProblems({
  schema,
  selectableFields,
}: Pick<KindDescriptor, 'schema' | 'selectableFields'>): string[] {
  const tooMany = selectableFields.length > maxSelectableFields;
  return [
    ...(tooMany
      ? [`: ${String(selectableFields.length)} selectable fields, ${String(maxSelectableFields)} are the maximum`]
      : []),
    ...selectableFields
      .filter((path) => !isSelectable(schema, path))
      .map((path) => `${path}: is not a selectable field`),
  ];
}

function isSelectable(schema: SchemaNode, path: string): boolean {
  const segments = path.split('.').slice(1);
  const node = segments.reduce<SchemaNode | undefined>((parent, name) => parent?.properties?.[name], schema);
  return (
    segments[0] !== 'metadata' && (node?.type === 'string' || node?.type === 'integer' || node?.type === 'boolean')
  );
}
