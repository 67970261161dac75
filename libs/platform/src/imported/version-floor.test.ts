import { expect, test } from '@jest/globals';

import { versionProblem } from './version-floor.ts';

test.each(['v1.28.0', 'v1.36.3', 'v1.34.1-eks-3025e55', '1.28', 'v2.0.0', 'v1.29.15+k3s1'])(
  '%s is enough',
  (version) => {
    expect(versionProblem(version)).toBeUndefined();
  },
);

test.each(['v1.27.16', 'v1.9.0', 'v0.99.0', 'unknown', ''])('%j is not', (version) => {
  expect(versionProblem(version)?.message).toContain('1.28 or newer is needed');
});
