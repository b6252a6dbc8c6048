// The tests that need nothing but Node, for `npm run test:unit` and `npm run test:watch`. `npm test` runs all.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

/** A test that imports one of these starts Docker Engines or a browser, or works for minutes in a checkout; others say so. */
const SLOW = /from '[./]*\/support\/(docker|checkout|chromium)'|^\/\/ Slow: /m;
const folder = join(__dirname, 'test');
const slow = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => SLOW.test(readFileSync(join(folder, name), 'utf8')));

module.exports = {
  ...require('./jest.config.cjs'),
  testPathIgnorePatterns: ['/node_modules/', ...slow.map((name) => `<rootDir>/test/${name}$`)],
};
