import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TASK_KINDS, type TaskKind } from '../../../lib/tasks';

const ENGINE_TESTS = resolve(__dirname, '..', '..', 'engine');

/**
 * Tests on real Engines that have a case for each kind which the rule can apply to. For the other kinds: why the test has none.
 * The compiler cannot require these cases, because each kind needs other objects and other calls.
 */
const WITHOUT_CASE: Readonly<Record<string, Partial<Record<TaskKind, string>>>> = {
  'ownership/membership.test.ts': {
    DanglingImagePrune:
      'an image that any container uses is in use; all prunes share the list of kept projects',
    UnusedImagePrune:
      'an image that any container uses is in use; all prunes share the list of kept projects',
    BuildCachePrune: 'build cache belongs to no project',
    ShellTask: 'the script selects by itself',
  },
  'ownership/swarm.test.ts': {
    DanglingImagePrune: 'a service that runs nothing holds only networks and volumes',
    UnusedImagePrune: 'a service that runs nothing holds only networks and volumes',
    StoppedContainerPrune: 'a service that runs nothing holds only networks and volumes',
    BuildCachePrune: 'a service that runs nothing holds only networks and volumes',
    ShellTask: 'the script selects by itself',
  },
  'races/races-of-objects.test.ts': {
    DanglingImagePrune: 'see races/races.test.ts',
    UnusedImagePrune: 'see races/races.test.ts',
    BuildCachePrune: 'BuildKit checks each record when it removes it; see races/traffic.test.ts',
    ShellTask: 'the script removes by itself',
  },
  'results/undescribed.test.ts': {
    BuildCachePrune: 'one answer of the Engine has all records',
    ShellTask: 'the script asks the Engine by itself',
  },
  'selection/ages.test.ts': {
    DanglingImagePrune: 'see selection/pulled-images.test.ts',
    UnusedImagePrune: 'see selection/pulled-images.test.ts',
    NetworkPrune: 'the case of ComposeDown reads the creation of networks',
    ShellTask: 'it takes no olderThan',
  },
  'selection/kept-of-nothing.test.ts': {
    ComposeDown: 'it removes nothing that is in no project',
    BuildCachePrune: 'build cache belongs to no project',
    ShellTask: 'the script selects by itself',
  },
};

// Add the case to the test, or say here why the kind needs none.
test.each(Object.entries(WITHOUT_CASE))(
  'test/engine/%s has a case for each kind that needs one',
  (file, reasons) => {
    const text = readFileSync(join(ENGINE_TESTS, file), 'utf8');
    const without = Object.keys(TASK_KINDS).filter((kind) => !text.includes(`new ${kind}(`));
    expect(without.sort()).toEqual(Object.keys(reasons).sort());
  },
);
