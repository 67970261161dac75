import { expect, test } from '@jest/globals';

import { catalogue } from '@tke/package-source';

import { parseOptions } from './options.ts';

test('by default every version of the catalogue is built for this machine', () => {
  const { folder, architecture, releases } = parseOptions([], 'arm64');
  expect({ architecture, releases }).toEqual({ architecture: 'arm64', releases: catalogue });
  expect(folder).toMatch(/\/\.packages$/);
});

test('versions, folder and architecture may be chosen', () => {
  const args = ['--version', '1.34.4', '--version', 'v1.36.3', '--out', '/srv/packages', '--arch', 'amd64'];
  const { folder, architecture, releases } = parseOptions(args, 'x64');
  expect([folder, architecture, ...releases.map(({ kubernetes }) => kubernetes)]).toEqual([
    '/srv/packages',
    'amd64',
    '1.34.4',
    '1.36.3',
  ]);
});

test.each([
  [['--version', '1.30.0'], 'x64', 'Kubernetes 1.30.0 is not in the catalogue, which has 1.36.3, 1.35.4, 1.34.4'],
  [['--arch', 'arm64'], 'x64', 'packages for arm64 are built on a machine of that kind'],
  [[], 's390x', 'packages for s390x are built on a machine of that kind'],
  [['--fast'], 'x64', "Unknown option '--fast'"],
])('%j on %s is refused', (args, cpu, message) => {
  expect(() => parseOptions(args, cpu)).toThrow(message);
});
