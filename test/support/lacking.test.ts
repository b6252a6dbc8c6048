import {
  AWS_CLI,
  ENGINE_TEST_REQUIREMENTS,
  MOTO,
  SHELLCHECK,
  type Machine,
} from '../../local/setup/requirements';
import { findLacking } from '../support/lacking';

const debian: Machine = {
  platform: 'linux',
  root: true,
  distribution: 'debian',
  version: '13',
  has: () => false,
};
const { CI } = process.env;
beforeEach(() => void delete process.env.CI);
afterEach(() => {
  delete process.env.CI;
  if (CI !== undefined) process.env.CI = CI;
});

describe('tests that need something', () => {
  test('run where it is there', () => {
    const machine = { ...debian, has: () => true };
    expect(findLacking(ENGINE_TEST_REQUIREMENTS, { machine, needsRoot: true })).toBeUndefined();
  });

  test('are skipped with one line that says what is missing and what to do', () => {
    expect(findLacking([SHELLCHECK], { machine: debian })).toBe(
      'shellcheck is not installed: run npm run setup',
    );
    expect(findLacking([AWS_CLI], { machine: { ...debian, root: false } })).toBe(
      'the AWS CLI is missing: run apt-get install --no-install-recommends awscli as root',
    );
    expect(findLacking(ENGINE_TEST_REQUIREMENTS, { machine: debian })).toMatch(
      /^[^\n]+ \(npm run setup has \d+ more\)$/,
    );
  });

  test('are skipped on a machine where they cannot run', () => {
    const machine = { ...debian, root: false, has: () => true };
    expect(findLacking(ENGINE_TEST_REQUIREMENTS, { machine, needsRoot: true })).toMatch(/needs root/);
    expect(findLacking([SHELLCHECK], { machine: { ...debian, platform: 'darwin' } })).toMatch(
      /^this is darwin/,
    );
  });

  test('run in CI regardless of what is missing, and fail there', () => {
    process.env.CI = 'true';
    expect(findLacking(ENGINE_TEST_REQUIREMENTS, { machine: debian, needsRoot: true })).toBeUndefined();
  });

  test('are skipped in CI too if neither Debian nor npm has what they need', () => {
    process.env.CI = 'true';
    expect(findLacking([MOTO], { machine: debian, optional: true })).toMatch(
      /^moto is missing: install it with/,
    );
  });
});
