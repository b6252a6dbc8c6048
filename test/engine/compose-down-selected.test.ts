import { Duration } from 'aws-cdk-lib';
import { KEEP_LABEL } from '../../lib/contract';
import { ComposeDown } from '../../lib/tasks/compose-down';
import { ALL_COMPOSE, PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { loadImage, must } from './images';
import { before, calls, interpose, leaveAlone } from './interpose';
import { runTask } from './run-task';
import { stateOf } from './state';
import { removeAll } from './world/snapshot';

const AT_ONCE = Duration.seconds(0);
const of = (project: string): string => `--label stage=preview --label com.docker.compose.project=${project}`;

describeDocker('ComposeDown of the projects that carry labels', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start({ hide: ALL_COMPOSE });
  });
  beforeEach(async () => {
    await removeAll(host);
    await loadImage(host, { tags: ['service:latest'], busybox: true });
  });
  afterEach(() => leaveAlone(host));
  afterAll(() => host.stop());

  const selected = (olderThan = AT_ONCE): ComposeDown =>
    new ComposeDown({ labels: { stage: 'preview' }, olderThan, removeVolumes: true });
  /** Projects of two containers each, with a volume. */
  const make = (...projects: string[]): Promise<string> =>
    must(
      host,
      projects
        .map(
          (project) => `docker volume create ${of(project)} ${project}_data
            for n in 1 2; do docker create ${of(project)} --network none -v ${project}_data:/d --name ${project}_$n service true; done`,
        )
        .join('\n'),
    );
  const names = async (): Promise<string[]> =>
    (await stateOf(host))
      .filter((line) => /^(container|volume)/.test(line))
      .map((line) => line.split(' ')[1]!);

  test('what changed while the ones before were taken down is judged anew', async () => {
    // Their times are cut to seconds, so it takes one more until all are old enough.
    // In the order of their names; while the first goes, something happens to the others, which are old enough.
    await make('a', 'deployed', 'kept', 'other', 'plain');
    await must(host, `docker volume create ${of('volume')} volume_data; sleep 9`);
    await before(host, {
      'docker rm *': `docker create ${of('deployed')} --network none --name deployed_3 service true
        docker create ${of('kept')} --label ${KEEP_LABEL}= --network none --name kept_3 service true
        docker create --label com.docker.compose.project=other --network none --name other_3 service true
        docker volume create --label com.docker.compose.project=volume volume_more`,
    });
    const { result } = await runTask(host, selected(Duration.seconds(8)));
    expect(result).toMatchObject({ outcome: 'done', removed: { projects: 2, containers: 4, volumes: 2 } });
    expect((await names()).sort()).toEqual(
      ['deployed', 'kept', 'other']
        .flatMap((project) => [...['1', '2', '3'].map((n) => `${project}_${n}`), `${project}_data`])
        .concat('volume_data', 'volume_more'),
    );
  });

  test('each project is judged anew by its own containers, and none in a dry run', async () => {
    await make('a', 'b', 'c');
    /** Questions about the containers of all projects, and about those of one with the labels. */
    const questions = async (dryRun: boolean): Promise<number[]> => {
      await interpose(host, ':');
      const { result } = await runTask(host, selected(), dryRun);
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 3 } });
      const listed = await calls(host);
      return [
        /^docker ps .*label=com\.docker\.compose\.project( |$)/,
        /^docker ps (?=.*label=com\.docker\.compose\.project=).*label=stage=preview/,
      ].map((question) => listed.filter((call) => question.test(call)).length);
    };
    expect(await questions(true)).toEqual([2, 0]);
    expect(await questions(false)).toEqual([2, 2]);
  });

  test('a volume of a plug-in with any name does not keep the others from being judged', async () => {
    await make('a');
    await must(host, `docker volume create ${of('b')} b_data`);
    await interpose(
      host,
      `case $call in *volume\\ ls*com.docker.compose.project\\ * | *volume\\ ls*com.docker.compose.project)
        docker "$@"; printf '%s\\n' "it's" 'of b' 'x"y'; exit 0 ;;
      esac`,
    );
    const { result } = await runTask(host, selected());
    expect(result).toMatchObject({ outcome: 'done', removed: { projects: 2, containers: 2, volumes: 2 } });
    expect(await names()).toEqual([]);
  });

  test('and is named as it is where it is left', async () => {
    await make('a');
    await interpose(
      host,
      `case $call in *volume\\ ls*com.docker.compose.project=a)
        docker "$@"; echo "it's of a"; exit 0 ;;
      esac`,
    );
    for (const dryRun of [true, false]) {
      const { result } = await runTask(host, selected(), dryRun);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'leftovers', left: ["volume it's of a"] });
    }
    expect(await names()).toEqual([]);
  });
});
