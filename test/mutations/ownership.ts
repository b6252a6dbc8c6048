import { type Mutation, NEW, of, OLD } from './mutation';

const membership = of('ownership/membership', `${NEW} what a user starts from an image that Compose built`);
const origins = of('ownership/origins', `${OLD} ComposeDown of what was started from one directory`);
const mounted = of('ownership/mounted-images', `${NEW} an image that a container mounts`);
const undescribed = of('results/undescribed', `${OLD} an object that the Engine cannot describe`);
const accounts = of('results/accounts', `${OLD} what became of each object that a task selected`);
const refused = of('results/refused-removal', `${OLD} a container that the Engine cannot remove`);
const committed = (engine: string): Mutation['test'] =>
  of('ownership/committed', engine)('a copy of a project’s container by docker commit keeps running');

/** What belongs to a project and what is in use, and that the result says what became of each object. */
export const OWNERSHIP: readonly Mutation[] = [
  {
    rule: 'no container that a user started from an image that Compose built',
    file: 'lib/host/members.sh',
    find: `COMPOSE_MADE='or (.Label "com.docker.compose.oneoff") (.Label "com.docker.compose.hook")'`,
    replace: `COMPOSE_MADE='true'`,
    test: membership('has the project’s label, and keeps running'),
  },
  {
    rule: 'what Compose did not create has no effect on a project’s labels and age',
    file: 'lib/tasks/compose-down/selection.sh',
    find: 'list_members all.container -a --filter "$selection_filter"',
    replace: 'list_objects all.container ps -aq --no-trunc --filter "$selection_filter"',
    test: membership('does not count when the task checks'),
  },
  {
    rule: 'no container from a copy by docker commit',
    file: 'lib/host/members.sh',
    find: 'subtract_list copies "$1"',
    replace: ':',
    test: committed(OLD),
  },
  {
    rule: 'Compose is not asked to stop what it would take for its own',
    file: 'lib/tasks/compose-down/project.sh',
    find: 'if [ -s "$WORK/copies" ]; then',
    replace: 'if false; then',
    test: committed(NEW),
  },
  {
    rule: 'nothing of a project that was started from elsewhere too',
    file: 'lib/tasks/compose-down/origins.sh',
    find: '[ -n "$elsewhere" ] || return 0',
    replace: 'return 0',
    test: origins('of two directories'),
  },
  {
    rule: 'nothing that was started from other files',
    file: 'lib/tasks/compose-down/origins.sh',
    find: '(count == 0 || just_wanted(files[id]))',
    replace: '1',
    test: origins('of two files'),
  },
  {
    rule: 'nothing that was started from more than the given files',
    file: 'lib/tasks/compose-down/origins.sh',
    find: 'if (next_file == "") return 0',
    replace: 'if (next_file == "") break',
    test: origins('what was started from two files'),
  },
  {
    rule: 'no project whose name no Compose gives, by its directory',
    file: 'lib/tasks/compose-down/origins.sh',
    find: 'if (name[id] !~ /^"[a-z0-9][a-z0-9_-]*"$/) continue',
    replace: '',
    test: origins('a label that begins like'),
  },
  {
    rule: 'no image that a container mounts',
    file: 'lib/host/images.sh',
    find: `sed -n 's/^mounts //p' "$WORK/image-uses" | sort -u`,
    replace: ':',
    test: mounted('by its tag is in use'),
  },
  {
    rule: 'no image that a container may have mounted by a tag that has moved',
    file: 'lib/host/images.sh',
    find: 'if (mounted != "" && epoch($4) < mounted + 0) print "mounted", $1',
    replace: '',
    test: mounted('by a tag that docker tag has moved'),
  },
  {
    rule: 'nothing that a service of a swarm names',
    file: 'lib/host/references.sh',
    find: 'if [ "$IS_MANAGER" = true ]; then',
    replace: 'if false; then',
    test: of('ownership/swarm', OLD)('what a swarm’s service holds, though no container does'),
  },
  {
    rule: 'a prune that removed nothing of what was to go fails',
    file: 'lib/host/prune.sh',
    find: '[ ! -s "$WORK/unexplained" ] || fail not-removed',
    replace: 'true || fail not-removed',
    test: accounts('VolumePrune: a CLI that removed nothing'),
  },
  {
    rule: 'what a command removed before it was cut off counts as removed',
    file: 'lib/host/prune.sh',
    find: `[ "$code" -le 1 ] || printf '%s\\n' $targets`,
    replace: `true || printf '%s\\n' $targets`,
    test: accounts('VolumePrune: what the Engine removed'),
  },
  {
    rule: 'a task that left what the Engine cannot describe fails',
    file: 'lib/host/prune.sh',
    find: '[ ! -s "$WORK/undescribed" ] || fail engine-error',
    replace: 'true || fail engine-error',
    test: undescribed('VolumePrune passes it over'),
  },
  ...(
    [
      [
        'volume',
        'lib/tasks/volume-prune/volume-prune.sh',
        'require_described containers services',
        'VolumePrune removes nothing',
      ],
      [
        'network',
        'lib/tasks/network-prune/network-prune.sh',
        'require_described containers services',
        'NetworkPrune removes nothing',
      ],
      ['image', 'lib/host/images.sh', 'require_described containers', 'UnusedImagePrune removes nothing'],
    ] as const
  ).map(([kind, file, find, name]) => ({
    rule: `no ${kind} that a container may use which the Engine cannot describe`,
    file,
    find,
    replace: ':',
    test: undescribed(name),
  })),
  {
    rule: 'nothing of a project that a container may use which the Engine cannot describe',
    file: 'lib/tasks/compose-down/project.sh',
    find: 'are_described other-containers services || {',
    replace: 'true || {',
    test: undescribed('ComposeDown of one project leaves'),
  },
  {
    rule: 'no project that may be young, as the Engine cannot describe all of it',
    file: 'lib/tasks/compose-down/selection.sh',
    find: 'in blind) verdict = "undescribed"',
    replace: 'in blind) ;',
    test: undescribed('ComposeDown by labels passes its project over'),
  },
  {
    rule: 'an Engine that answers is not said to have stopped answering',
    file: 'lib/host/engine.sh',
    find: 'is_engine_answering || fail docker-unreachable',
    replace: 'fail docker-unreachable',
    test: of('results/engine-error')('VolumePrune: is engine-error, where'),
  },
  {
    rule: 'a host step that stored no scripts fails',
    file: 'lib/host/host.sh',
    find: '[ -z "$UNSTORED" ] || fail no-space',
    replace: 'true || fail no-space',
    test: of('results/host-step-fails')('fails where /run is full'),
  },
  {
    rule: 'what the Engine complains of is said of what is left',
    file: 'lib/tasks/compose-down/aftermath.sh',
    find: 'REFUSAL=$(print_reason "$kind")',
    replace: ':',
    test: refused('is leftovers'),
  },
  {
    rule: 'a complaint about a removed object does not explain what is left',
    file: 'lib/tasks/compose-down/aftermath.sh',
    find: 'else if (about == "" && key(word[i]) in once) about = "once"',
    replace: '',
    test: accounts('ComposeDown: an error about a container that vanished'),
  },
  {
    rule: 'what a command removed that was cut off at the deadline counts as removed',
    file: 'lib/host/prune.sh',
    find: 'allow_look',
    replace: '! is_time_over || return 0',
    test: of('faults/hang')('what takes too long the deadline, while the CLI waits for its answer'),
  },
  {
    rule: 'a container that another client removes counts as gone',
    file: 'lib/host/prune.sh',
    find: '  subtract_list gone unexplained\n',
    replace: '',
    test: accounts('StoppedContainerPrune a container that another client is removing'),
  },
  {
    rule: 'no tag of an image that another may have been built upon which the Engine cannot describe',
    file: 'lib/tasks/unused-image-prune/unused-image-prune.sh',
    find: 'require_described all-images',
    replace: ':',
    test: undescribed('UnusedImagePrune passes it over'),
  },
  {
    rule: 'nothing where a locked swarm hides its services',
    file: 'lib/host/references.sh',
    find: `'' | inactive | active) ;;`,
    replace: '*) ;;',
    test: of(
      'ownership/swarm',
      OLD,
    )('what a swarm’s service holds, though no container does a swarm that is locked'),
  },
  {
    rule: 'nothing is stopped where a locked swarm hides its services',
    file: 'lib/tasks/compose-down/compose-down.sh',
    find: 'require_services\nfind_compose',
    replace: 'find_compose',
    test: of(
      'ownership/swarm',
      OLD,
    )('what a swarm’s service holds, though no container does a swarm that is locked'),
  },
  {
    rule: 'a script that gets SIGTERM takes 5 s for its last look',
    file: 'lib/host/prelude.sh',
    find: '[ "$DEADLINE" -lt "$look" ] || DEADLINE=$look',
    replace: ':',
    test: of('faults/script-killed')('a script that alone gets the signal to end ends soon'),
  },
  {
    rule: 'what was never asked to be removed does not count as removed',
    file: 'lib/host/prune.sh',
    find: '    ! is_time_over || break\n',
    replace: '',
    test: of('faults/hang')('what takes too long the deadline, while the CLI waits for its answer'),
  },
  {
    rule: 'an object whose removal hangs does not count as removed',
    file: 'lib/host/prune.sh',
    find: 'add_vanished\n    looks=',
    replace: `add_vanished; sed -n 's/ removing$//p' "$WORK/states" >>"$WORK/gone"\n    looks=`,
    test: accounts('StoppedContainerPrune a removal that hangs'),
  },
  {
    rule: 'no Compose file is waited for without end',
    file: 'lib/tasks/compose-down/files.sh',
    find: 'run_compose_on_files 30 config -q',
    replace: 'run_compose_on_files "$STEP_TIMEOUT" config -q',
    test: of('faults/defence', 'Engine 20.10 with Compose v1')('a file that never answers'),
  },
  {
    rule: 'a script that outlives its step answers for no other one',
    file: 'lib/tasks/shell-task/shell-task.sh',
    find: 'ANSWER=$WORK/answer.$$',
    replace: 'ANSWER=$WORK/answer',
    test: of('faults/shell-task-alone')('that a cancelled step left running does not give its exit code'),
  },
  {
    rule: 'a removal that has failed is not waited for',
    file: 'lib/tasks/compose-down/project.sh',
    find: 'grep -qx removing || break',
    replace: 'grep -q . || break',
    test: refused('is leftovers'),
  },
  {
    rule: 'a container whose removal failed is not forgotten',
    file: 'lib/tasks/stopped-container-prune/stopped-container-prune.sh',
    find: ` --filter status=created \\
  --filter status=removing`,
    replace: ' --filter status=created',
    test: refused('is not-removed'),
  },
  {
    rule: 'no paused container is said to have ignored its stop signal',
    file: 'lib/tasks/compose-down/killed.sh',
    find: 'subtract_list paused running',
    replace: ':',
    test: of('compose-down/killed')(
      'Engine 20.10, classic store, Compose v1 containers that had to be killed do not include a paused one',
    ),
  },
  {
    rule: 'Compose is not said to have failed where the time was over',
    file: 'lib/tasks/compose-down/project.sh',
    find: '[ "$code" = 0 ] || is_time_over || {',
    replace: '[ "$code" = 0 ] || {',
    test: of('faults/hang')('the deadline, on Engine 28.5'),
  },
];
