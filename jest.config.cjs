module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'cjs', 'json'],
  transform: { '\\.tsx?$': '<rootDir>/test/support/esbuild-transform.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/cdk.out/'],
  // Before each run, in watch mode too: tests of the reporter run its bundle.
  globalSetup: '<rootDir>/test/support/bundle.ts',
  setupFiles: ['<rootDir>/test/support/toolchain.cjs'],
  testTimeout: 120_000,
  // Tests on real Engines wait as much as they compute: so two run at a time on any machine.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/closing-line.cjs'],
};
