import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { repository } from './hub-under-test.ts';

interface Descriptor {
  readonly digest: string;
}

interface ImageConfig {
  readonly config: { readonly User: string; readonly Entrypoint: readonly string[] };
}

test.each(['manager', 'authz-webhook'])(
  'the image of %s starts as an ordinary user, with nothing but what is in it',
  (app) => {
    execFileSync('make', ['images'], { cwd: repository, stdio: 'ignore' });
    const folder = mkdtempSync(join(tmpdir(), 'tke-image-'));
    try {
      execFileSync('tar', ['-xf', join(repository, 'apps', app, 'dist', `tke-${app}.oci.tar`), '-C', folder]);
      const blob = ({ digest }: Descriptor) => join(folder, 'blobs', ...digest.split(':'));
      const json = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
      const { manifests } = json<{ manifests: Descriptor[] }>(join(folder, 'index.json'));
      const manifest = json<{ config: Descriptor; layers: Descriptor[] }>(blob(manifests[0]!));
      const root = join(folder, 'root');
      execFileSync('mkdir', [root]);
      for (const layer of manifest.layers) {
        execFileSync('tar', ['-xzf', blob(layer), '-C', root]);
      }
      const { config } = json<ImageConfig>(blob(manifest.config));
      expect(config.User).toBe('65532:65532');
      const { stdout, stderr, status } = spawnSync(
        'chroot',
        [`--userspec=${config.User}`, root, ...config.Entrypoint, '--help'],
        { encoding: 'utf8', env: { PATH: process.env.PATH } },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('--health-address');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  180_000,
);
