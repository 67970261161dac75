import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { down } from './down.ts';
import { hubLayout } from './layout.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-down-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('down --clean', () => {
  test('removes the folder of a hub, and minds no folder that is gone', async () => {
    writeFileSync(join(folder, 'hub.json'), '{}');
    await down(hubLayout(folder), true);
    expect(existsSync(folder)).toBe(false);
    await down(hubLayout(folder), true);
  });

  test('leaves a folder that no hub was made in', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'years of work');
    await expect(down(hubLayout(folder), true)).rejects.toThrow('nothing is removed');
    expect(existsSync(join(folder, 'thesis.txt'))).toBe(true);
  });

  test('leaves a repository, also one that a hub was made in', async () => {
    writeFileSync(join(folder, 'hub.json'), '{}');
    mkdirSync(join(folder, '.git'));
    await expect(down(hubLayout(folder), true)).rejects.toThrow('nothing is removed');
    expect(existsSync(folder)).toBe(true);
  });
});

test('down without --clean removes nothing', async () => {
  writeFileSync(join(folder, 'hub.json'), '{}');
  await down(hubLayout(folder), false);
  expect(existsSync(join(folder, 'hub.json'))).toBe(true);
});
