import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { loadAll } from 'js-yaml';

import { errorMessage } from '@tke/errors';
import type { KubeObject } from '@tke/meta';

import { cliErrors } from '../errors.ts';

/** An object of a file, and where it stands. */
export interface Manifest {
  readonly object: KubeObject;
  readonly origin: string;
}

/** Bytes of one file. A manifest of etcd's limit fits many times; a file that was named by mistake does not. */
const maxFileBytes = 64 * 1024 * 1024;

/** Every object of the files; a folder stands for its `*.yaml`, `*.yml` and `*.json`, `-` for standard input. */
export async function readManifests(
  paths: readonly string[],
  input: () => Promise<string>,
): Promise<readonly Manifest[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  const documents = await Promise.all(
    files.map(async (path) => ({ path, values: parseDocuments(await readText(path, input), path) })),
  );
  return documents.flatMap(({ path, values }) =>
    values.flatMap((value, at) => objectsOf(value, values.length === 1 ? path : `${path}, document ${at + 1}`)),
  );
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path === '-' || !(await statOf(path)).isDirectory()) {
    return [path];
  }
  // A kustomization is no object: what it makes comes by `kubectl kustomize | kubectl tke simulate -f -`.
  const names = (await readdir(path)).filter((name) => /^(?!kustomization\.).*\.(ya?ml|json)$/.test(name)).sort();
  return names.map((name) => join(path, name));
}

/** The text of a file, or of standard input for `-`. */
export async function readText(path: string, input: () => Promise<string>): Promise<string> {
  if (path === '-') {
    return input();
  }
  const { size } = await statOf(path);
  if (size > maxFileBytes) {
    throw cliErrors.FileInvalid(`${path}: ${size} bytes, more than the ${maxFileBytes} that are read`);
  }
  return readFile(path, 'utf8');
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    throw cliErrors.FileInvalid(errorMessage(cause), { cause, remedy: 'Name a file that is there.' });
  }
}

/** The documents of YAML or JSON text, without empty ones. */
export function parseDocuments(text: string, path: string): readonly unknown[] {
  try {
    return loadAll(text).filter((value) => value !== null && value !== undefined);
  } catch (cause) {
    throw cliErrors.FileInvalid(`${path}: ${errorMessage(cause).split('\n')[0] ?? ''}`, { cause });
  }
}

function objectsOf(value: unknown, origin: string): readonly Manifest[] {
  const object = value as Partial<KubeObject> & { readonly items?: readonly unknown[] };
  if (typeof value === 'object' && object.kind?.endsWith('List') === true && Array.isArray(object.items)) {
    return object.items.flatMap((item, at) => objectsOf(item, `${origin}, item ${at + 1}`));
  }
  for (const [field, text] of [
    ['apiVersion', object.apiVersion],
    ['kind', object.kind],
    ['metadata.name', object.metadata?.name],
  ] as const) {
    if (typeof text !== 'string' || text === '') {
      throw cliErrors.FileInvalid(`${origin}: ${field} is missing`);
    }
  }
  return [{ object: value as KubeObject, origin }];
}
