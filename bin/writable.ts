import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Checks whether a file can be written, before the work rather than after it.
 *
 * @param option the option that named the file, for the message
 * @throws when it cannot be written
 */
export function refuseUnwritable(option: string, file: string): void {
  try {
    if (!existsSync(file)) accessSync(dirname(resolve(file)), constants.W_OK);
    else if (statSync(file).isDirectory()) throw new Error('it is a directory');
    else accessSync(file, constants.W_OK);
  } catch (error) {
    throw new Error(`${option} ${JSON.stringify(file)} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
