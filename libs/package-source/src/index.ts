export { catalogue, releaseOf } from './catalogue.ts';
export type { KubernetesRelease } from './catalogue.ts';
export { errors as packageErrors } from './errors.ts';
export { imageReferences } from './completeness.ts';
export { packageSource } from './open-source.ts';
export type { PackageSourceOptions } from './open-source.ts';
export { formatIndex, indexFileName } from './package-index.ts';
export type { IndexedFile, IndexedImage, IndexedProgram, IndexedRelease, PackageIndex } from './package-index.ts';
export { parseIndex } from './parse-index.ts';
export type {
  Architecture,
  PackageFile,
  PackageImage,
  PackageProgram,
  PackageRelease,
  PackageSource,
} from './package-source.ts';
