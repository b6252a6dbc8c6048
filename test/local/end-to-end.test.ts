import { synthesise } from '../../local/run/deployment';
import { createExample, type Example } from '../../local/example';
import { verifyExample } from '../../local/example/verify-example';
import { PROJECT_LABEL, missingFrom, takeInventory, type Inventory } from '../../local/host/inventory';
import { runPipeline, type Published } from '../../local/run/pipeline';
import { PrivateHost } from '../../local/host/private-host';
import { bundleReporter } from '../../local/setup/requirements';
import { describeDocker } from '../support/docker';

interface Run {
  readonly before: Inventory;
  readonly after: Inventory;
  readonly published: Published;
}

async function run(host: PrivateHost, dryRun: boolean): Promise<Run> {
  const deployment = await synthesise({ dryRun, youngImagesToo: true });
  const before = await takeInventory(host);
  const published = await runPipeline({ host, deployment });
  return { before, after: await takeInventory(host), published };
}

const projectOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): string | undefined =>
  labels[PROJECT_LABEL];
const names = (entries: readonly { readonly name: string }[]): string[] =>
  entries.map(({ name }) => name).sort();

describeDocker('the whole pipeline on the example', () => {
  let host: PrivateHost;
  let example: Example;
  let dry: Run;
  let real: Run;

  beforeAll(async () => {
    await bundleReporter();
    host = await PrivateHost.start();
    example = await createExample(host);
  });
  // Separate hooks, so that each has a test's timeout.
  beforeAll(async () => {
    dry = await run(host, true);
  });
  beforeAll(async () => {
    real = await run(host, false);
  });
  afterAll(() => host?.stop());

  test('a dry run changes nothing', () => {
    expect(dry.after).toEqual(dry.before);
    expect(dry.published.run).toMatchObject({ dryRun: true, bytesReclaimed: 0, killedTotal: 0 });
  });

  test('a dry run reports what the real run then removes', () => {
    expect(dry.published.run.removed).toEqual(real.published.run.removed);
    expect(dry.published.run.hosts).toEqual(real.published.run.hosts);
  });

  test('exactly the expected images, containers, volumes and networks are removed', () => {
    const gone = missingFrom(real.before, real.after);
    expect(gone.images.map(({ id }) => id).sort()).toEqual([...example.dangling].sort());
    expect(gone.containers).toEqual(
      real.before.containers.filter((each) => projectOf(each) === 'todobackend'),
    );
    expect(gone.containers).toHaveLength(5);
    expect(names(gone.volumes)).toEqual(['todobackend_public']);
    expect(names(gone.networks)).toEqual(['todobackend_default']);
  });

  test('everything else is unchanged', () => {
    const gone = missingFrom(real.before, real.after);
    const expected = (kind: keyof Inventory): unknown[] => {
      const lost = new Set(gone[kind].map(({ id }) => id));
      return real.before[kind].filter(({ id }) => !lost.has(id));
    };
    for (const kind of ['images', 'containers', 'volumes', 'networks'] as const) {
      expect(real.after[kind]).toEqual(expected(kind));
    }
    expect(real.after.images.map(({ id }) => id)).toEqual(
      expect.arrayContaining([example.tagged, example.usedByOtherProject, example.otherApplication]),
    );
    expect(missingFrom(real.after, real.before)).toEqual({
      images: [],
      containers: [],
      volumes: [],
      networks: [],
    });
  });

  test('the report lists what was removed', () => {
    const { run: report, hosts, logStream } = real.published;
    expect(report).toMatchObject({
      type: 'run',
      commandStatus: 'Success',
      dryRun: false,
      needsAttention: false,
      coverage: { state: 'known', running: 1, notReached: 0 },
      hosts: { targeted: 1, succeeded: 1, failed: 0, 'timed-out': 0, unreachable: 0, skipped: 0 },
      removed: { projects: 1, containers: 5, images: 6, volumes: 1, networks: 1 },
    });
    expect(report.bytesReclaimed).toBeGreaterThan(2 * 1024 * 1024);
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['succeeded']);
    expect(logStream).toMatch(new RegExp(`^\\d{4}/\\d\\d/\\d\\d/${report.commandId}$`));
    const prune = hosts[0]?.steps.find(({ result }) => result?.task === 'DanglingImagePrune');
    expect(prune?.result?.passedOver).toEqual({ inUse: 1 });
  });

  test('the report names only app as killed after its grace period, with the remedy', () => {
    expect(real.published.run.killedTotal).toBe(1);
    expect(real.published.run.killed).toMatchObject([
      { project: 'todobackend', service: 'app', container: 'todobackend_app_1', grace: 10 },
    ]);
    expect(real.published.run.killed[0]?.remedy).toContain('--die-on-term');
  });

  test('the check of the example fails when an Engine is not in its state', () => {
    expect(() => verifyExample(real.before, example)).not.toThrow();
    expect(() => verifyExample(real.after, example)).toThrow('the example is not set up as meant');
  });

  test('a second run finds nothing to do', async () => {
    const { published } = await run(host, false);
    expect(published.run.removed).toEqual({
      projects: 0,
      containers: 0,
      images: 0,
      volumes: 0,
      networks: 0,
      cacheRecords: 0,
    });
    expect(published.run.hosts).toMatchObject({ succeeded: 1, failed: 0 });
  });
});

describeDocker('the whole pipeline on the example with --die-on-term', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  afterAll(() => host?.stop());

  test('names no container as killed, and removes the same objects', async () => {
    await bundleReporter();
    await createExample(host, { dieOnTerm: true });
    const { published } = await run(host, false);
    expect(published.run).toMatchObject({
      killed: [],
      killedTotal: 0,
      removed: { projects: 1, containers: 5, images: 6, volumes: 1, networks: 1 },
    });
  });
});
