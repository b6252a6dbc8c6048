import { KEEP_LABEL } from '../../../lib/contract';
import { ComposeDown } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { compose, POLITE } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { removeAll } from '../world/snapshot';

const DIRECTORY = '/run/projects/shop';
const task = new ComposeDown({ project: 'shop', removeVolumes: true });
const OWN = '--network none --label com.docker.compose.oneoff=False --label com.docker.compose.project=shop';
const WARNING = 'unnamed-volumes-left';

/** Each Compose once. */
const withCompose = Object.entries(ENGINES).filter(([name]) => /v1$|26.1|28.5, classic/.test(name));

describe.each(withCompose)('%s', (_name, kind) => {
  describeDocker('ComposeDown and volumes without a name of their own', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await must(host, 'rm -rf /run/projects');
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    afterAll(() => host.stop());

    const volumes = async (): Promise<string[]> =>
      (await host.docker('volume', 'ls', '-q')).split('\n').sort();
    const createVolume = (...labels: string[]): Promise<string> =>
      host.docker('volume', 'create', ...labels.flatMap((label) => ['--label', label]));
    const keep = (): Promise<string> => createVolume(`${KEEP_LABEL}=1`);
    const create = (options: string): Promise<string> =>
      must(host, `docker create ${OWN} ${options} service true`);
    /** The volume that a container has at a path. */
    const at = (container: string, path: string): Promise<string> =>
      host.docker(
        'inspect',
        '--format',
        `{{range .Mounts}}{{if eq .Destination "${path}"}}{{.Name}}{{end}}{{end}}`,
        container,
      );

    /** Does a dry run and a run, which must report the same removed and left objects. */
    async function down(): Promise<object> {
      const told = await volumes();
      const dry = (await runTask(host, task, true)).result;
      expect(await volumes()).toEqual(told);
      const { result } = await runTask(host, task);
      const { outcome, removed, left, warnings } = result;
      expect(dry).toMatchObject({ outcome, removed });
      expect([dry.left, dry.warnings]).toEqual([left, warnings]);
      return result;
    }

    test('keeps a volume that was created without a name, beside one with the keep label', async () => {
      const [external, kept] = [await createVolume(), await keep()];
      await create(`-v ${external}:/e -v ${kept}:/k`);
      const result = await down();
      expect(await volumes()).toEqual([external, kept].sort());
      expect(result).toMatchObject({
        outcome: 'done',
        removed: { containers: 1, volumes: 0 },
        left: [`volume ${external}`],
        warnings: [WARNING],
      });
    });

    test('keeps such volumes as mounts too, and removes an anonymous volume without the keep label', async () => {
      const external = await createVolume();
      const mounts = `--mount type=volume,src=${external},dst=/e --mount type=volume,dst=/k,volume-label=${KEEP_LABEL}=1`;
      await create(`--name shop_app ${mounts} -v /anon`);
      const kept = await at('shop_app', '/k');
      expect(await down()).toMatchObject({ outcome: 'done', removed: { volumes: 1 } });
      expect(await volumes()).toEqual([external, kept].sort());
    });

    test('keeps an external volume of a Compose file, and an anonymous one that another container uses', async () => {
      const external = await createVolume();
      await write({ volumes: ['/anon', 'data:/data'] }, external);
      await compose(host, DIRECTORY, 'up', '-d');
      const app = await host.docker('ps', '-q');
      const anonymous = await at(app, '/anon');
      await must(host, `docker create --network none --name guest -v ${anonymous}:/a service true`);
      const result = await down();
      expect(await volumes()).toEqual([anonymous, external].sort());
      expect(result).toMatchObject({
        outcome: 'done',
        removed: { volumes: 0 },
        left: [`volume ${external}`],
      });
    });

    test('keeps what a container has from another one, even if that one is removed', async () => {
      const [external, kept] = [await createVolume(), await keep()];
      await create(`--name shop_data -v ${external}:/data -v ${kept}:/k`);
      await create(`--name shop_app --volumes-from shop_data -v /anon`);
      await create(`--name shop_job --volumes-from shop_data`);
      await must(host, 'docker rm shop_data');
      const anonymous = await at('shop_app', '/anon');
      const result = await down();
      // The Engine no longer shows which of the volumes was created with the container.
      expect(await volumes()).toEqual([anonymous, external, kept].sort());
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 2, volumes: 0 } });
    });

    test('keeps the anonymous volume of a foreign container, even if that container is removed', async () => {
      await must(host, 'docker create --network none --name legacy -v /data service true');
      const foreign = await at('legacy', '/data');
      await create('--name shop_app --volumes-from legacy');
      // The removal of the last of these containers would also remove the volume.
      for (const name of ['one', 'two']) await create(`--name shop_${name} -v ${foreign}:/data`);
      await create('--name shop_job --volumes-from legacy');
      expect(await down()).toMatchObject({ outcome: 'done', removed: { containers: 4, volumes: 0 } });
      expect(await volumes()).toEqual([foreign]);
      await create('--name shop_app --volumes-from legacy');
      await must(host, 'docker rm legacy');
      expect(await down()).toMatchObject({
        outcome: 'done',
        removed: { containers: 1, volumes: 0 },
        left: [`volume ${foreign}`],
        warnings: [WARNING],
      });
      expect(await volumes()).toEqual([foreign]);
    });

    test('removes the anonymous volumes of containers that use volumes_from within the project', async () => {
      const services = { data: { image: 'service', command: ['true'], volumes: ['/data'] } };
      await write({ volumes: ['/own'], volumes_from: ['data'] }, undefined, services);
      await compose(host, DIRECTORY, 'up', '-d');
      const result = await down();
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 2, volumes: 2 } });
      expect(result).not.toHaveProperty('left');
      expect(await volumes()).toEqual(['']);
    });

    test('removes an anonymous volume with its container, even if other containers name it', async () => {
      const external = await createVolume();
      await create(`--name shop_data -v ${external}:/data -v /anon`);
      const anonymous = await at('shop_data', '/anon');
      await create(`--name shop_app --volumes-from $(docker inspect --format '{{.Id}}' shop_data) -v /own`);
      // A recreate that was stopped half-way leaves this. The task removes them before shop_data or after.
      for (const name of ['one', 'two', 'three', 'four']) {
        await create(`--name shop_${name} -v ${anonymous}:/anon`);
      }
      expect(await down()).toMatchObject({ removed: { volumes: 2 }, left: [`volume ${external}`] });
      expect(await volumes()).toEqual([external]);
    });

    test('leaves and reports a volume that Compose passed on to a new container', async () => {
      await write({ volumes: ['/anon'] });
      await compose(host, DIRECTORY, 'up', '-d');
      const first = await at(await host.docker('ps', '-q'), '/anon');
      await compose(host, DIRECTORY, 'up', '-d', '--force-recreate');
      expect(await at(await host.docker('ps', '-q'), '/anon')).toBe(first);
      expect(await down()).toMatchObject({
        outcome: 'done',
        removed: { projects: 1, containers: 1, volumes: 0 },
        left: [`volume ${first}`],
        warnings: [WARNING],
      });
      expect(await volumes()).toEqual([first]);
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'nothing' });
    });

    async function write(service: object, external?: string, more?: object): Promise<void> {
      const file = {
        version: '2.4',
        services: {
          app: { image: 'service', command: [POLITE], network_mode: 'none', ...service },
          ...more,
        },
        volumes: external === undefined ? {} : { data: { external: true, name: external } },
      };
      await must(host, `mkdir -p ${DIRECTORY} && cat >${DIRECTORY}/docker-compose.yml`, JSON.stringify(file));
    }
  });
});
