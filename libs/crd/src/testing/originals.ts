import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';
import { pipe, succeeded, type ClusterAccess } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';
import { loadAll } from 'js-yaml';

/** Manifests that were written for TKEStack, and an API server that has the kinds of their group. */
export class Originals {
  readonly files: readonly string[];
  readonly #folder: string;
  readonly #group: string;
  readonly #cluster: () => Pick<ClusterAccess, 'kubectl'>;

  /** @param cluster is asked once the tests run */
  constructor(folder: string, group: string, cluster: () => Pick<ClusterAccess, 'kubectl'>) {
    this.files = readdirSync(folder);
    this.#folder = folder;
    this.#group = group;
    this.#cluster = cluster;
  }

  /** What kubectl says of the objects of the group, and what is stored of them. They are taken away again. */
  async applied(file: string, ...flags: readonly string[]): Promise<{ lines: string[]; stored: KubeObject[] }> {
    const path = join(this.#folder, file);
    const kubectl = (...args: readonly string[]) => succeeded(this.#cluster().kubectl(args));
    try {
      const stdout = await kubectl('apply', '--validate=strict', ...flags, '-f', path);
      const found = JSON.parse(await kubectl('get', '-o', 'json', '-f', path)) as KubeObject & { items?: KubeObject[] };
      const lines = stdout.trim().split('\n');
      return {
        lines: lines.filter((line) => line.includes(`.${this.#group}/`)),
        stored: (found.items ?? [found]).filter((object) => this.#isOurs(object)),
      };
    } finally {
      // Namespaces of Kubernetes stay: without a controller manager they never end.
      await succeeded(pipe(this.#cluster(), ['delete', '--ignore-not-found'], ...this.written(file)));
    }
  }

  /** The objects of the group in a file. */
  written(file: string): KubeObject[] {
    const objects = loadAll(readFileSync(join(this.#folder, file), 'utf8')) as KubeObject[];
    return objects.filter((object) => this.#isOurs(object));
  }

  #isOurs({ apiVersion }: KubeObject): boolean {
    return apiVersion.startsWith(`${this.#group}/`);
  }
}

/** @param notServerSide files with what no server-side apply of any kind takes: the uid of another server, or null for a list */
export function originalsApply(originals: Originals, notServerSide: readonly string[] = []): void {
  test.each(originals.files)('%s, written for TKEStack, applies unchanged, and nothing of it is lost', async (file) => {
    const { lines, stored } = await originals.applied(file);
    const written = originals.written(file);
    expect(lines).toEqual(written.map(() => expect.stringMatching(/ created$/)));
    expect(stored.map(authored).map(withoutNulls)).toEqual(written.map(authored).map(withoutNulls));
  });

  test.each(originals.files.filter((file) => !notServerSide.includes(file)))(
    '%s, written for TKEStack, applies server-side',
    async (file) => {
      const { lines } = await originals.applied(file, '--server-side');
      expect(lines).toEqual(originals.written(file).map(() => expect.stringMatching(/ serverside-applied$/)));
    },
  );
}

/** The part of an object that its author writes: spec, or what stands in its place. */
export function authored(object: KubeObject): unknown {
  const { spec, ...others } = object as KubeObject & { readonly spec?: object };
  const notAuthored = ['apiVersion', 'kind', 'metadata', 'status'];
  return spec ?? Object.fromEntries(Object.entries(others).filter(([field]) => !notAuthored.includes(field)));
}

/** The API server drops nulls where a field may be left out as well. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}
