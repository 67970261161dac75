import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { stateFolder } from '../hosts/state-folder.ts';
import { filesScript } from './files-script.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is left, line by line. */
function restore(): readonly string[] {
  const script = `left() { printf 'left: %s\\n' "$1"; }\n${filesScript}\nrestore_originals`;
  const output = execFileSync('sh', ['-c', script.replaceAll(stateFolder, join(folder, 'tke'))], { encoding: 'utf8' });
  return output.split('\n').filter((line) => line.startsWith('left: '));
}

function keep(path: string, content: string): void {
  const copy = join(folder, 'tke/originals', path);
  mkdirSync(join(copy, '..'), { recursive: true });
  writeFileSync(copy, content);
}

test('originals come back, and nothing is left of where they were kept', () => {
  keep(join(folder, 'etc/a'), 'one');
  expect(restore()).toEqual([]);
  expect(readFileSync(join(folder, 'etc/a'), 'utf8')).toBe('one');
  expect(existsSync(join(folder, 'tke/originals'))).toBe(false);
});

test('one that cannot be put back does not pass for that of the next cluster, and is told where it is', () => {
  const path = join(folder, 'etc/a/b');
  keep(path, 'one');
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc/a'), 'a file where a folder was');
  const [line = '', ...others] = restore();
  expect(others).toEqual([]);
  const [, kept = ''] = /which is kept as (.*)$/.exec(line) ?? [];
  expect(readFileSync(kept, 'utf8')).toBe('one');
  expect(readdirSync(join(folder, 'tke'))).toEqual([]);
});
