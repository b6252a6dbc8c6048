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

const MATRIX = 'test/engine/matrix.test.ts';
const ON = 'Engine 20.10, classic store, no Compose every task';
const matrix = (name: string): Mutation['test'] => [MATRIX, `${ON} ${name}`];

/** Every safety rule of the host scripts, of the document and of the reporter, each at least once. */
export const MUTATIONS: readonly Mutation[] = [
  {
    rule: 'nothing without the labels',
    file: 'lib/host/prune.sh',
    find: 'set -- "$@" --filter "label=$wanted"',
    replace: ':',
    test: matrix('VolumePrune'),
  },
  {
    rule: 'all labels must match',
    file: 'lib/tasks/compose-down.sh',
    find: 'if (ours[ARGV[i], project] < all[ARGV[i], project]) verdict = "unlabelled"',
    replace: '',
    test: matrix('ComposeDown, all with labels'),
  },
  {
    rule: 'nothing outside the named project',
    file: 'lib/host/project.sh',
    find: 'ours=label=$PROJECT_LABEL=$PROJECT',
    replace: 'ours=label=$PROJECT_LABEL',
    test: matrix('ComposeDown, one project'),
  },
  {
    rule: 'no project that a pattern excludes',
    file: 'lib/tasks/compose-down.sh',
    find: 'without excluded selected',
    replace: ':',
    test: matrix('ComposeDown, all with labels'),
  },
  {
    rule: 'no image that a container uses, also not in what a dry run says',
    file: 'lib/host/images.sh',
    find: 'without used "$1"',
    replace: ':',
    test: matrix('UnusedImagePrune'),
  },
  {
    rule: 'no volume that a container uses, also not in what a dry run says',
    file: 'lib/tasks/volume-prune.sh',
    find: 'without used-volumes candidates',
    replace: ':',
    test: matrix('VolumePrune'),
  },
  {
    rule: 'no network that a stopped container needs',
    file: 'lib/tasks/network-prune.sh',
    find: 'without used-networks candidates',
    replace: ':',
    test: matrix('NetworkPrune, by labels'),
  },
  {
    rule: 'no network of a project that has containers',
    file: 'lib/tasks/network-prune.sh',
    find: '!(substr($0, length($1) + 2) in alive) { print $1 }',
    replace: '{ print $1 }',
    test: matrix('NetworkPrune, what Compose left'),
  },
  {
    rule: 'nothing of a project that a container of others refers to',
    file: 'lib/host/project.sh',
    find: 'list_references foreign',
    replace: ': >"$WORK/used-networks"; : >"$WORK/used-volumes"',
    test: matrix('ComposeDown, one project: leaves'),
  },
  {
    rule: 'no container that runs',
    file: 'lib/tasks/stopped-container-prune.sh',
    find: 'remove_old container rm',
    replace: 'labelled old ps -aq --no-trunc; remove_old container rm -f',
    test: matrix('StoppedContainerPrune'),
  },
  {
    rule: 'the newest images of a repository stay',
    file: 'lib/tasks/unused-image-prune.sh',
    find: 'without newest candidates',
    replace: ':',
    test: matrix('UnusedImagePrune'),
  },
  {
    rule: 'no image that a pattern excludes',
    file: 'lib/tasks/unused-image-prune.sh',
    find: 'without excluded candidates',
    replace: ':',
    test: matrix('UnusedImagePrune'),
  },
  {
    rule: 'nothing that is not old enough',
    file: 'lib/host/prune.sh',
    find: 'return older > 0 && time > limit',
    replace: 'return 0',
    test: matrix('DanglingImagePrune'),
  },
  {
    rule: 'nothing with the keep label',
    file: 'lib/host/prune.sh',
    find: 'without kept "$candidates"',
    replace: ':',
    test: matrix('DanglingImagePrune'),
  },
  {
    rule: 'a project with a kept container stays whole, for ComposeDown',
    file: 'lib/host/project.sh',
    find: '[ ! -s "$WORK/kept.containers" ] || return 0',
    replace: ':',
    test: matrix('ComposeDown, all with labels'),
  },
  {
    rule: 'a project with a kept container stays whole, for the prunes',
    file: 'lib/host/prune.sh',
    find: 'project in whole ? "kept" :',
    replace: '',
    test: matrix('StoppedContainerPrune'),
  },
  {
    rule: 'no volume goes unless removeVolumes says so',
    file: 'lib/host/project.sh',
    find: `[ "$REMOVE_VOLUMES" = true ] || printf '' >"$WORK/$1.volumes" || full`,
    replace: ':',
    test: [
      'test/engine/compose-down.test.ts',
      'Compose v1 ComposeDown leaves volumes alone unless told otherwise',
    ],
  },
  {
    rule: 'no volume goes with a stopped container',
    file: 'lib/tasks/stopped-container-prune.sh',
    find: 'remove_old container rm',
    replace: 'remove_old container rm -v',
    test: matrix('StoppedContainerPrune'),
  },
  {
    rule: 'a dry run removes no object',
    file: 'lib/host/prune.sh',
    find: '[ "$DRY_RUN" = false ] && [ -s "$WORK/old" ] || return 0',
    replace: '',
    test: matrix('VolumePrune'),
  },
  {
    rule: 'a dry run takes no project down',
    file: 'lib/host/project.sh',
    find: `  if [ "$DRY_RUN" = true ]; then
    list_removable`,
    replace: `  if false; then
    list_removable`,
    test: matrix('ComposeDown, one project'),
  },
  {
    rule: 'a dry run removes no build cache',
    file: 'lib/tasks/build-cache-prune.sh',
    find: `if [ "$DRY_RUN" = true ]; then`,
    replace: 'if false; then',
    test: matrix('BuildCachePrune'),
  },
  {
    rule: 'a dry run runs no script that does not support it',
    file: 'lib/tasks/shell-task.sh',
    find: `[ "$DRY_RUN" = false ] || [ "$SUPPORTS_DRY_RUN" = true ] ||`,
    replace: 'true ||',
    test: ['test/engine/shell-task.test.ts', 'is left out of a dry run'],
  },
  {
    rule: 'a result of a user’s script that breaks the contract is not believed',
    file: 'lib/tasks/shell-task.sh',
    find: '[ -z "$broken" ] ||',
    replace: 'true ||',
    test: ['test/engine/shell-task.test.ts', 'does not believe'],
  },
  {
    rule: 'a host that has room is left alone',
    file: 'lib/host/prelude.sh',
    find: '[ -z "$WHEN_DISK_USED_ABOVE" ] || check_disk',
    replace: ':',
    test: ['test/engine/conditions.test.ts', 'leaves a host alone that has room'],
  },
  {
    rule: 'no value reaches a shell unquoted',
    file: 'lib/host/script.ts',
    find: "return `'${text.replaceAll(\"'\", \"'\\\\''\")}'`;",
    replace: 'return `"${text}"`;',
    test: ['test/lib/command-document.test.ts', 'the values of a user'],
  },
  {
    rule: 'the schedule sends to instances with the tags only',
    file: 'lib/command-document.ts',
    find: 'conditions: hosts._condition()',
    replace: 'conditions: {}',
    test: ['test/lib/permissions.test.ts', 'the schedule can send'],
  },
  {
    rule: 'every run is reported once, however often its event comes',
    file: 'lambda/report/report-stream.ts',
    find: "if (run) return { ...about, state: 'complete', run };",
    replace: '',
    test: ['test/lambda/report/handler.test.ts', 'a second delivery finds the report complete'],
  },
  {
    rule: 'every run is reported once, also by one who is slow',
    file: 'lambda/report/once.ts',
    find: 'if (remaining <= 0) {',
    replace: 'if (Number.isNaN(remaining)) {',
    test: ['test/lambda/report/crash-points.test.ts', 'a writer that is slow'],
  },
  {
    rule: 'every run is reported, also when its event never came',
    file: 'lambda/report/sweep.ts',
    find: 'done.push(await reportRun(clients, command, settings));',
    replace: '',
    test: ['test/lambda/report/sweep.test.ts', 'reports what was never reported'],
  },
];
