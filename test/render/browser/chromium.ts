import { spawnSync } from 'node:child_process';
import { launch } from 'puppeteer-core';
import type { Browser } from 'puppeteer-core';

/** Starts Debian's Chromium without a window. */
export function startChromium(): Promise<Browser> {
  const [path] = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).stdout.split('\n');
  return launch({
    executablePath: path ?? 'chromium',
    // Its sandbox refuses to start as root. The page is the project's own.
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
  });
}
