import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import type { ReleaseComponent } from '@tke/envtest';
import { catalogue } from '@tke/package-source';

import { componentsOf } from './components.ts';

const sites = { kubernetes: 'https://dl.k8s.io/release', github: 'https://github.com' };
const all = catalogue.flatMap((release) => Object.values(componentsOf(release)) as readonly ReleaseComponent[]);

describe.each(all.map((component) => [`${component.name} ${component.version}`, component] as const))(
  '%s',
  (_, { version, binaries, build, downloads }) => {
    const goMod = readFileSync(join(build.folder, 'go.mod'), 'utf8');

    test('can be built: go.mod requires that version and names each program', () => {
      expect(existsSync(join(build.folder, 'go.sum'))).toBe(true);
      for (const binary of binaries) {
        const path = build.packages[binary]!;
        const required = goMod.split('\n').map((line) =>
          line
            .trim()
            .replace(/^require /, '')
            .split(' '),
        );
        const [, found] = required.find(([module = '', want = '']) => want.startsWith('v') && within(path, module))!;
        expect(found).toBe(version);
        expect(goMod).toMatch(new RegExp(`^(tool |\\t)${path.replaceAll('.', '\\.')}$`, 'm'));
      }
    });

    test('can be downloaded: the files of its release hold each program once', () => {
      const files = downloads(sites, 'arm64');
      const held = files.flatMap((file) => (file.kind === 'file' ? [file.binary] : Object.keys(file.members)));
      expect([...held].sort()).toEqual([...binaries].sort());
      for (const { url, sums } of files) {
        expect(url).toContain(version);
        expect(url).toContain('arm64');
        expect(new URL(sums).host).toBe(new URL(url).host);
      }
    });
  },
);

function within(path: string, module: string): boolean {
  return path === module || path.startsWith(`${module}/`);
}
