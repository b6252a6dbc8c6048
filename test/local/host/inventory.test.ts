import { REMOVABLE, type Removable } from '../../../lib/contract';
import { type Inventory, missingFrom } from '../../../local/host/inventory';

/** Where an inventory has the objects of each kind that tasks remove, or why it has none. */
const PLACES: Readonly<Record<Removable, keyof Inventory | readonly [why: string]>> = {
  projects: ['a project is its containers, volumes and networks'],
  containers: 'containers',
  images: 'images',
  volumes: 'volumes',
  networks: 'networks',
  cacheRecords: ['npm run local shows no build cache: its example is built without BuildKit'],
};

const named = (id: string): { id: string; name: string; labels: object } => ({ id, name: id, labels: {} });

/** Two objects of each kind. */
function full(): Inventory {
  const image = { tags: [], labels: {}, bytes: 1, dangling: true };
  const container = { image: 'sha256:a', state: 'running', exitCode: 0 };
  return {
    images: ['sha256:a', 'sha256:b'].map((id) => ({ ...image, id })),
    containers: ['a', 'b'].map((id) => ({ ...named(id), ...container, labels: {} })),
    volumes: ['a', 'b'].map((id) => ({ ...named(id), labels: {} })),
    networks: ['a', 'b'].map((id) => ({ ...named(id), labels: {} })),
  };
}

test('an inventory has a place for each kind that tasks remove, and no other', () => {
  const places = REMOVABLE.flatMap((kind) => (typeof PLACES[kind] === 'string' ? PLACES[kind] : []));
  expect(Object.keys(full()).sort()).toEqual(places.sort());
});

test.each(Object.keys(full()) as (keyof Inventory)[])('%s: only what was removed is missing', (place) => {
  const before = full();
  const [removed, ...others] = before[place];
  const missing = missingFrom(before, { ...before, [place]: others });
  expect(missing).toEqual({ images: [], containers: [], volumes: [], networks: [], [place]: [removed] });
});
