import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { hubLayout } from './layout.ts';
import { createSettings, readSettings } from './settings.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-settings-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the ports of a hub all differ, however they are drawn, and stay', async () => {
  let draws = 0;
  // Every port comes up twice in a row.
  const random = () => Math.floor(draws++ / 2) / 5000;
  const settings = await createSettings(hubLayout(folder), '1.36', random);
  const ports = Object.values(settings.ports);
  expect(new Set(ports).size).toBe(ports.length);
  expect(await readSettings(hubLayout(folder))).toEqual(settings);
});
