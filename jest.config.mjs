const swc = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', tsx: false, decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'] },
  transform: {
    '\\.ts$': ['@swc/jest', swc],
    '\\.tsx$': [
      '@swc/jest',
      {
        ...swc,
        jsc: {
          ...swc.jsc,
          parser: { ...swc.jsc.parser, tsx: true },
          transform: { ...swc.jsc.transform, react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/admin/out/', '<rootDir>/admin/.next/'],
};

const SPEED = '<rootDir>/test/browser/speed.test.ts';

const withServer = {
  ...base,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

export default {
  // Real servers, databases and browsers wait for each other more than they work.
  maxWorkers: 3,
  // Bounds what hangs: on a machine with other work everything takes several times as long.
  testTimeout: 180_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{contract,client,server}/src/**/*.spec.{ts,tsx}',
        '<rootDir>/admin/**/*.spec.{ts,tsx}',
        '<rootDir>/test/docs/**/*.test.ts',
      ],
    },
    { ...withServer, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.test.ts'] },
    { ...withServer, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.test.ts'] },
    { ...withServer, displayName: 'cluster', testMatch: ['<rootDir>/test/cluster/**/*.test.ts'] },
    {
      ...withServer,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
      testPathIgnorePatterns: [SPEED],
    },
    // A project of its own, so that no other test runs beside it.
    { ...withServer, displayName: 'speed', testMatch: [SPEED] },
  ],
};
