import { ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL, type Inventory } from '../host/inventory';

/** The example as it was set up. Images are named by their identifiers. */
export interface Example {
  /** The directory of the project's files, on the host. */
  readonly directory: string;
  /** Old images of todobackend that are not in use: the only ones to remove. */
  readonly dangling: readonly string[];
  /** An old image of todobackend that has kept a tag. */
  readonly tagged: string;
  /** An old image of todobackend that a stopped container of another project uses. */
  readonly usedByOtherProject: string;
  /** A dangling image of another application. */
  readonly otherApplication: string;
}

/** Returns the example if the Engine holds its images and projects. @throws with all differences */
export function verifyExample(inventory: Inventory, example: Example): Example {
  const differences = [...imageDifferences(inventory, example), ...projectDifferences(inventory)];
  if (differences.length > 0)
    throw new Error(`the example is not set up as meant: ${differences.join('; ')}`);
  return example;
}

function imageDifferences({ images, containers }: Inventory, example: Example): string[] {
  const used = new Set(containers.map(({ image }) => image));
  const expected = [
    ...example.dangling.map((id) => ({ id, dangling: true, used: false, application: 'todobackend' })),
    { id: example.tagged, dangling: false, used: false, application: 'todobackend' },
    { id: example.usedByOtherProject, dangling: true, used: true, application: 'todobackend' },
    { id: example.otherApplication, dangling: true, used: false, application: 'reports' },
  ];
  const wrong = expected.flatMap((wanted) => {
    const image = images.find(({ id }) => id === wanted.id);
    const { id } = wanted;
    const application = image?.labels.application;
    const found = image && { id, dangling: image.dangling, used: used.has(id), application };
    return JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [`image ${JSON.stringify(found)} should be ${JSON.stringify(wanted)}`];
  });
  const dangling = images.filter((image) => image.dangling).length;
  const listed = expected.filter((image) => image.dangling).length;
  return dangling === listed ? wrong : [...wrong, `${dangling} images are dangling, should be ${listed}`];
}

function projectDifferences({ containers, volumes, networks }: Inventory): string[] {
  const ours = { label: PROJECT_LABEL, project: 'todobackend' };
  const states = containers
    .filter(({ labels }) => labels[ours.label] === ours.project)
    .map(({ labels, state, exitCode }) => {
      const oneOff = labels[ONE_OFF_LABEL] === 'True' ? 'one-off ' : '';
      return `${oneOff}${labels[SERVICE_LABEL]} ${state === 'exited' ? `exited ${exitCode}` : state}`;
    });
  const named = [...volumes, ...networks]
    .filter(({ labels }) => labels[ours.label] === ours.project)
    .map(({ name }) => name);
  const found = [...states, ...named].sort().join(', ');
  const expected = [
    'acceptance exited 0',
    'app running',
    'db running',
    'migrate exited 0',
    'one-off app exited 0',
    'todobackend_default',
    'todobackend_public',
  ].join(', ');
  return found === expected ? [] : [`project todobackend is ${found}, should be ${expected}`];
}
