import { expect, test } from '@jest/globals';
import type { CacheReader } from '@tke/runtime';

import { aProject } from '../testing/objects.ts';
import { ancestorsOf, deepest } from './tree.ts';

/** A chain of so many projects, the last at the top; what lies above it is missing. */
function chain(length: number) {
  const projects = Array.from({ length }, (_, level) =>
    aProject(`prj-${level}`, {}, { parentProjectName: `prj-${level + 1}` }),
  );
  const byName = new Map(projects.map((each) => [each.metadata.name, each]));
  const read: string[] = [];
  const get = (_kind: unknown, { name }: { name: string }) => {
    read.push(name);
    return byName.get(name);
  };
  return { first: projects[0]!, cache: { get } as unknown as Pick<CacheReader, 'get'>, read };
}

test('the projects above are known up to the first that is missing', () => {
  const { first, cache } = chain(4);
  expect(ancestorsOf(first, cache).map(({ metadata }) => metadata.name)).toEqual(['prj-1', 'prj-2', 'prj-3']);
});

test('no further than a tree may be deep, so that a long chain costs nobody time', () => {
  const { first, cache, read } = chain(5_000);
  expect(ancestorsOf(first, cache)).toHaveLength(deepest);
  expect(read.length).toBeLessThanOrEqual(deepest + 1);
});
