import { KEEP_LABEL } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL } from '../../../local/host/inventory';
import {
  COMPOSE_FILES,
  CONFIG_FILES_LABEL,
  CONFIG_HASH_LABEL,
  DIRECTORIES,
  HOOK_LABEL,
  type Labels,
  NUMBER_LABEL,
  type RawLabels,
  resolve,
  VERSION_LABEL,
  WORKING_DIR_LABEL,
} from './alphabet';
import type { Group, Raw, Start } from './things';

interface Labelled {
  readonly labels: RawLabels;
  readonly keep: boolean;
  /** Whether the labels may differ from those of the project. */
  readonly ownLabels?: boolean;
}

/** Returns the user's labels, the keep label and the name of the project. */
export function labelsOf(
  { labels, keep, ownLabels }: Labelled,
  { name, labels: common }: Pick<Group, 'name' | 'labels'> = {},
  { values }: Pick<Raw, 'values'>,
): Labels {
  return {
    ...resolve((ownLabels ? undefined : common) ?? labels, values),
    ...(keep && { [KEEP_LABEL]: values[0] }),
    ...(name !== undefined && { [PROJECT_LABEL]: name }),
  };
}

/** The labels that Compose gives to an image that it builds, besides the project's name. */
export const builtLabels: Labels = { [SERVICE_LABEL]: 'app', [VERSION_LABEL]: '2.40.3' };

/** The labels of a container whose project name is empty. */
export const EMPTY_PROJECT_LABELS: Labels = { [PROJECT_LABEL]: '', [ONE_OFF_LABEL]: 'False' };

/**
 * Returns the labels that Compose puts on a container. If it was started from a folder, they name the folder and
 * the files.
 *
 * @param hash differs from the hashes of all other containers
 */
export function composeLabels(
  purpose: 'service' | 'one-off' | 'hook',
  start: Start | undefined,
  hash: string,
): Labels {
  const labels = {
    [SERVICE_LABEL]: 'app',
    [NUMBER_LABEL]: '1',
    [CONFIG_HASH_LABEL]: hash,
    ...(purpose === 'hook'
      ? { [HOOK_LABEL]: 'True' }
      : { [ONE_OFF_LABEL]: purpose === 'one-off' ? 'True' : 'False' }),
  };
  if (start?.directory === undefined) return labels;
  const path = DIRECTORIES[start.directory] ?? '';
  const from = start.throughLink ? `${path}-link` : path;
  const files = start.files.map((n) => COMPOSE_FILES[n] ?? '');
  return {
    ...labels,
    [WORKING_DIR_LABEL]: from,
    [CONFIG_FILES_LABEL]: files.map((file) => (start.relative ? file : `${from}/${file}`)).join(','),
  };
}
