import { dump } from 'js-yaml';

/** YAML documents, one after the other. Members that are undefined are left out. */
export function yamlDocuments(...documents: readonly object[]): string {
  return documents
    .map((document) => dump(JSON.parse(JSON.stringify(document)), { lineWidth: -1, noRefs: true }))
    .join('---\n');
}
