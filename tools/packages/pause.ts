import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'pause', 'pause.c');

/** Compiles the first process of every pod into one static file. `version` is what it calls itself. */
export function compilePause(target: string, version: string): void {
  const flags = ['-static', '-Os', '-s', '-Wall', '-Wextra', '-Werror', `-DVERSION="${version}"`];
  execFileSync('gcc', [...flags, '-o', target, source]);
}
