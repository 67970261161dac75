import { crdManifest, structuralProblems, type KindDescriptor } from '@tke/crd';

import { kustomization, yamlFile, type GeneratedFile } from './files.ts';

const folder = 'config/crd';

/** One CustomResourceDefinition per kind. Throws where the API server would refuse one. */
export function crdFiles(kinds: readonly KindDescriptor[]): readonly GeneratedFile[] {
  const files = kinds.map((kind) => {
    const problems = structuralProblems(kind);
    if (problems.length > 0) {
      throw new Error(`${kind.kind} is not structural:\n${problems.join('\n')}`);
    }
    const manifest = crdManifest(kind);
    const metadata = { ...manifest.metadata, labels: { 'app.kubernetes.io/part-of': 'tke' } };
    return yamlFile(`${folder}/${kind.group}_${kind.plural}.yaml`, [{ ...manifest, metadata }]);
  });
  return [...files, kustomization(folder, files)];
}
