/** One safety rule broken on purpose, and the test that must go red for it. */
export interface Mutation {
  /** The rule, in the words of a user. */
  readonly rule: string;
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Test file, and which of its tests. */
  readonly test: readonly [path: string, name: string];
}

/** The Engine of the matrix that is started fastest. */
export const OLD = 'Engine 20.10, classic store, no Compose';
/** The newest Engine on the classic store. */
export const NEW = 'Engine 28.5, classic store, Compose v2';

/** Tests of a file in test/engine, on one Engine if it is given. */
export const of =
  (file: string, engine?: string) =>
  (name: string): Mutation['test'] => [
    `test/engine/${file}.test.ts`,
    engine === undefined ? name : `${engine} ${name}`,
  ];

/** The test of that task on the Engine of the matrix that is started fastest. */
export const matrix = (name: string): Mutation['test'] => [
  'test/engine/selection/matrix.test.ts',
  `${OLD} every task ${name}`,
];

export const races = (name: string): Mutation['test'] => [
  'test/engine/races/races.test.ts',
  `from the classic store of Engine 20.10 other things happen ${name}`,
];

export const composeDown = (name: string): Mutation['test'] => [
  'test/engine/compose-down/compose-down.test.ts',
  `Compose v1 ComposeDown ${name}`,
];

export const ages = (name: string): Mutation['test'] => [
  'test/engine/selection/ages.test.ts',
  `Engine 20.10, classic store, Compose v1 old enough objects are removed, younger ones are kept ${name}`,
];

export const unnamed = (name: string): Mutation['test'] => [
  'test/engine/compose-down/compose-down-volumes.test.ts',
  `Engine 20.10, classic store, Compose v1 ComposeDown and volumes without a name of their own ${name}`,
];
