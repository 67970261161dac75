import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Larger than any layer that we make; Node wants a limit. */
const longestOutputBytes = 2 ** 31;

/** A reproducible tar of a folder: fixed order, times and owner (user and group of one id). */
export function tar(folder: string, ownerId: number): Buffer {
  const fixed = [
    '--sort=name',
    '--mtime=@0',
    '--mode=a+rX,go-w',
    `--owner=${ownerId}`,
    `--group=${ownerId}`,
    '--numeric-owner',
  ];
  return execFileSync('tar', [...fixed, '-C', folder, '-cf', '-', '.'], { maxBuffer: longestOutputBytes });
}

/** Hands a new folder to `work` and removes it afterwards. */
export function inTemporaryFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'tke-oci-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
