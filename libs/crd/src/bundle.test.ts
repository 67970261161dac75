import { join } from 'node:path';

import { expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';

jest.setTimeout(30_000);

async function modulesOf(file: string): Promise<string[]> {
  const entryPoints = [join(import.meta.dirname, file)];
  const { metafile } = await build({ entryPoints, bundle: true, write: false, metafile: true, platform: 'node' });
  return Object.keys(metafile.inputs);
}

test('programs that declare kinds do not carry the JSON schema validator along', async () => {
  const isAjv = (path: string) => path.includes('node_modules/ajv/');
  expect((await modulesOf('index.ts')).filter(isAjv)).toEqual([]);
  expect((await modulesOf('validate.ts')).some(isAjv)).toBe(true);
});
