import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { architecture, releaseComponents } from './release-component.ts';
import { defaultVersion, kubernetesVersions, parseVersion, selectedVersion } from './versions.ts';

describe('versions', () => {
  test.each(['1.32', 'v1.32', 'v1.32.2', '1.32.2'])('%s selects 1.32', (text) => {
    expect(parseVersion(text)).toBe('1.32');
  });

  test.each(['1.3', '1.32.9', 'latest', ''])('%j is refused with the versions there are', (text) => {
    expect(() => parseVersion(text)).toThrow(
      expect.objectContaining({ code: 'UnsupportedVersion', message: expect.stringContaining('1.36') }),
    );
  });

  test('environment variable K8S selects, empty is not set', () => {
    expect(selectedVersion({ K8S: '1.32' })).toBe('1.32');
    expect(selectedVersion({ K8S: '' })).toBeUndefined();
    expect(selectedVersion({})).toBeUndefined();
  });

  test('the default is the newest', () => {
    const minors = Object.keys(kubernetesVersions).map((version) => Number(version.split('.')[1]));
    expect(defaultVersion).toBe(`1.${Math.max(...minors)}`);
  });

  test('every version can be built: its go.mod requires just that release', () => {
    for (const release of Object.values(kubernetesVersions)) {
      for (const { build, name, version } of Object.values(releaseComponents(release))) {
        const file = join(build.folder, 'go.mod');
        expect(existsSync(file.replace(/mod$/, 'sum'))).toBe(true);
        const module = name === 'etcd' ? 'go.etcd.io/etcd/server/v3' : 'k8s.io/kubernetes';
        expect(readFileSync(file, 'utf8')).toContain(`${module} ${version}`);
      }
    }
  });

  test('platforms without a release are named', () => {
    expect(architecture('linux', 'arm64')).toBe('arm64');
    expect(() => architecture('darwin', 'arm64')).toThrow('there is no control plane for darwin on arm64');
    expect(() => architecture('linux', 's390x')).toThrow('there is no control plane for linux on s390x');
  });
});
