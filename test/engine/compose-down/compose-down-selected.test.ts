import { Duration } from 'aws-cdk-lib';
import { KEEP_LABEL } from '../../../lib/contract';
import { ComposeDown } from '../../../lib';
import { ALL_COMPOSE, PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { loadImage, must } from '../support/images';
import { before, calls, interpose, leaveAlone } from '../support/interpose';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const AT_ONCE = Duration.seconds(0);
const of = (project: string): string =>
  `--label stage=preview --label com.docker.compose.oneoff=False --label com.docker.compose.project=${project}`;

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

  test('checks a project again after the projects before it were taken down', async () => {
    // The Engine cuts timestamps to seconds, so all are old enough only a second later.
    // The task works in the order of names. While it removes the first project, the others change.
    await make('a', 'deployed', 'kept', 'other', 'plain');
    await must(host, `docker volume create ${of('volume')} volume_data; sleep 9`);
    await before(host, {
      'docker rm *': `docker create ${of('deployed')} --network none --name deployed_3 service true
        docker create ${of('kept')} --label ${KEEP_LABEL}= --network none --name kept_3 service true
        docker create --label com.docker.compose.oneoff=False --label com.docker.compose.project=other --network none --name other_3 service true
        docker volume create --label com.docker.compose.oneoff=False --label com.docker.compose.project=volume volume_more`,
    });
    const { result } = await runTask(host, selected(Duration.seconds(8)));
    expect(result).toMatchObject({
      outcome: 'done',
      removed: { projects: 2, containers: 4, volumes: 2 },
      passedOver: { young: 2, unlabelled: 2 },
    });
    expect((await names()).sort()).toEqual(
      ['deployed', 'kept', 'other']
        .flatMap((project) => [...['1', '2', '3'].map((n) => `${project}_${n}`), `${project}_data`])
        .concat('volume_data', 'volume_more'),
    );
  });

  test('checks each project again by its own containers, but not in a dry run', async () => {
    await make('a', 'b', 'c');
    /** The numbers of queries for the containers of all projects, and for those of one with the labels. */
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

  describe('networks and volumes that projects share', () => {
    /** Creates a network and a volume for each project, and a container that uses those of some projects. */
    const share = (users: Readonly<Record<string, readonly string[]>>): Promise<string> =>
      must(
        host,
        Object.entries(users)
          .map(([project]) => {
            const own = `--label com.docker.compose.oneoff=False --label com.docker.compose.project=${project}`;
            return `docker network create ${own} ${project}_default; docker volume create ${own} ${project}_data`;
          })
          .concat(
            Object.entries(users).map(([project, [first = 'none', ...others]]) => {
              const volumes = [first, ...others].map((owner) => `-v ${owner}_data:/${owner}`).join(' ');
              const create = `docker create ${of(project)} --network ${first}_default ${volumes} --name ${project}_1 service true`;
              return [
                create,
                ...others.map((other) => `docker network connect ${other}_default ${project}_1`),
              ].join('\n');
            }),
          )
          .join('\n'),
      );
    const all = async (): Promise<string[]> =>
      (await stateOf(host)).filter((line) => /^(container|volume|network (?!bridge|host|none))/.test(line));

    test.each([
      ['the owner comes first', { a: ['a'], b: ['a', 'b'] }],
      ['the owner comes last', { a: ['b'], b: ['b'] }],
      ['each uses those of the other', { a: ['a', 'b'], b: ['b', 'a'], c: ['a'] }],
    ] as const)('are removed with the last project: %s', async (_order, users) => {
      await share(users);
      const dry = (await runTask(host, selected(), true)).result;
      const { result } = await runTask(host, selected());
      const n = Object.keys(users).length;
      const removed = { projects: n, containers: n, networks: n, volumes: n };
      expect(result).toMatchObject({ outcome: 'done', removed });
      expect(result).not.toHaveProperty('left');
      expect(dry).toMatchObject({ outcome: 'done', removed });
      expect(await all()).toEqual([]);
    });

    test('are removed last, and nothing of the last project is removed twice', async () => {
      await share({ a: ['a'], b: ['a', 'b'] });
      const from = '--network none --volumes-from legacy';
      await must(
        host,
        `docker create --network none --name legacy -v /data service true
        docker create ${of('b')} ${from} --name b_2 service true; docker rm legacy`,
      );
      await interpose(host, ':');
      expect((await runTask(host, selected())).result).toMatchObject({
        removed: { projects: 2, containers: 3, networks: 2, volumes: 2 },
      });
      const removals = (await calls(host)).filter((call) => call.startsWith('docker rm '));
      const removed = removals.flatMap((call) => call.match(/[0-9a-f]{64}/g) ?? []);
      expect(removed).toHaveLength(3);
    });

    test('are kept and reported if one of the projects is kept', async () => {
      await share({ a: ['a'], b: ['a', 'b'], c: ['a', 'b', 'c'] });
      await must(
        host,
        `docker create ${of('c')} --label ${KEEP_LABEL}= --network none --name c_kept service true
        docker create ${of('d')} --network none -v d_data:/d --name d_1 service true
        docker volume create ${of('d')} d_more`,
      );
      const dry = (await runTask(host, selected(), true)).result;
      const { result } = await runTask(host, selected());
      const told = {
        outcome: 'failed',
        reason: 'leftovers',
        removed: { projects: 3, containers: 3, networks: 0, volumes: 1 },
        left: ['network a_default', 'volume a_data', 'network b_default', 'volume b_data'],
      };
      expect(result).toMatchObject(told);
      expect(result.message).toContain('not all of a, b was removed');
      expect(dry).toMatchObject(told);
    });

    test('are kept if the project that owns them is started again during the run', async () => {
      await share({ a: ['a'], b: ['a', 'b'] });
      await must(
        host,
        `docker volume create --label com.docker.compose.oneoff=False --label com.docker.compose.project=a a_more`,
      );
      await before(host, {
        // At this point the task has removed the container of a, and removes b.
        'docker volume rm b_data': `docker volume create --label com.docker.compose.oneoff=False --label com.docker.compose.project=a a_new
          docker create ${of('a')} --network none --name a_2 service true`,
      });
      expect((await runTask(host, selected())).result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        removed: { projects: 2, containers: 2, networks: 1, volumes: 2 },
      });
      expect(await all()).toEqual([
        'container a_2 created',
        'network a_default',
        'volume a_data',
        'volume a_new',
      ]);
    });
  });

  test('checks the other volumes even if a plug-in has volumes with unusual names', async () => {
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

  test('reports the unusual name of a plug-in volume that is left', async () => {
    await make('a');
    await interpose(
      host,
      `case $call in *volume\\ ls*com.docker.compose.project=a | *volume\\ ls\\ -q)
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
