import { spawnSync } from 'node:child_process';
import { launch } from 'puppeteer-core';
import type { Browser } from 'puppeteer-core';
import { CHROMIUM } from '../../local/setup/requirements';
import { findLacking, skip } from './lacking';

/** Starts Debian's Chromium without a window. */
export function startChromium(): Promise<Browser> {
  const [executablePath = ''] = spawnSync('sh', ['-c', CHROMIUM.check], { encoding: 'utf8' }).stdout.split(
    '\n',
  );
  return launch({
    executablePath,
    // Chromium's sandbox refuses to start as root. It opens only pages of this project.
    args: ['--no-sandbox', '--force-color-profile=srgb'],
  });
}

/** `describe` for tests in a browser. Without one they are skipped, with one line that says why. In CI they always run. */
export function describeChromium(name: string, tests: () => void): void {
  const why = findLacking([CHROMIUM]);
  if (why === undefined) {
    describe(name, tests);
    return;
  }
  skip(name, why);
  describe.skip(name, tests);
}
