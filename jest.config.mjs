// Unit tests (*.test.ts) are pure; integration tests (*.int.test.ts) talk to a real etcd + kube-apiserver.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  injectGlobals: false,
  resetMocks: true,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/\\.tke/'],
};

export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.int\\.test\\.ts$', '/e2e/'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['**/*.int.test.ts'],
      globalSetup: '<rootDir>/libs/envtest/src/jest/global-setup.ts',
      globalTeardown: '<rootDir>/libs/envtest/src/jest/global-teardown.ts',
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/e2e/**/*.e2e.test.ts'] },
  ],
  // Tests wait for what they assert, with deadlines of their own. The default of 5 s would decide how busy a machine may be.
  testTimeout: 120_000,
  workerIdleMemoryLimit: '1GB',
};
