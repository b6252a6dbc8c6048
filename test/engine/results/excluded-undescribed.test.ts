import { Duration } from 'aws-cdk-lib';
import { NetworkPrune, StoppedContainerPrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { interpose, leaveAlone } from '../support/interpose';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';

const selection = { labels: { app: 'x' }, exclude: ['precious*'], olderThan: Duration.seconds(0) };

describeDocker('an excluded object whose name the Engine did not tell', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
    await loadImage(host, { tags: ['service:latest'] });
    await must(
      host,
      `for name in precious plain; do
        docker create --name $name --label app=x service x
        docker network create --label app=x $name
      done`,
    );
  });
  afterEach(() => leaveAlone(host));
  afterAll(() => host.stop());

  test.each([
    ['container', new StoppedContainerPrune(selection)],
    ['network', new NetworkPrune(selection)],
  ])('is kept: a %s', async (type, task) => {
    const before = await stateOf(host);
    // The question for the names alone is cut off; the next one has its answer.
    await interpose(
      host,
      `case $call in docker\\ inspect\\ --type\\ ${type}*.Name*) [ -e "$place/cut" ] || { : >"$place/cut"; exit 137; } ;; esac`,
    );
    const { result } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'engine-error' });
    expect(await stateOf(host)).toEqual(before);
  });
});
