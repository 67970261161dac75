import type { Architecture } from './package-source.ts';

/** Of every package source, beside the files it names. */
export const indexFileName = 'index.json';

/** What a package source holds. */
export interface PackageIndex {
  /** By version of Kubernetes, `1.36.3`. */
  readonly versions: ReadonlyMap<string, ReadonlyMap<Architecture, IndexedRelease>>;
}

export interface IndexedRelease {
  readonly programs: readonly IndexedProgram[];
  readonly images: readonly IndexedImage[];
}

export interface IndexedFile {
  readonly name: string;
  /** Relative to the index, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface IndexedProgram extends IndexedFile {
  readonly version: string;
  readonly folder: 'bin' | 'cni';
}

export interface IndexedImage extends IndexedFile {
  readonly reference: string;
  readonly controlPlaneOnly: boolean;
}

/** The text of index.json. */
export function formatIndex({ versions }: PackageIndex): string {
  const entries = [...versions].map(([version, releases]) => [version, Object.fromEntries(releases)] as const);
  return `${JSON.stringify({ schemaVersion: 1, versions: Object.fromEntries(entries) }, undefined, 2)}\n`;
}
