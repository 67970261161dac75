import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The shared libraries of a program or library, as the dynamic linker of this machine finds them. */
export function sharedLibraries(path: string): readonly string[] {
  const lines = execFileSync('ldd', [path], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

/** Copies the libraries that the files load to where these look for them, below `root`. */
export function copySharedLibraries(files: readonly string[], root: string): void {
  for (const library of new Set(files.flatMap(sharedLibraries))) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}
