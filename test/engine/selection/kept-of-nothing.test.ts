import { Duration } from 'aws-cdk-lib';
import {
  DanglingImagePrune,
  NetworkPrune,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import { KEEP_LABEL } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';

const labels = { stage: 'preview' };
const LABELLED = '--label stage=preview';
const selection = { labels, olderThan: Duration.seconds(0) };
const tasks = [
  new StoppedContainerPrune(selection),
  new NetworkPrune(selection),
  new VolumePrune(selection),
  new DanglingImagePrune(selection),
  new UnusedImagePrune({ ...selection, keepNewest: 0 }),
];

/** Each store. */
const kinds = Object.entries(ENGINES).filter(([name]) => /no Compose|28.5, containerd/.test(name));

describe.each(kinds)('%s', (_name, kind) => {
  describeDocker('a container with the keep label and a project without a name', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await loadImage(host, { labels });
      await loadImage(host, { labels, tags: ['app:1'] });
      await must(
        host,
        `set -e; exec >/dev/null
        docker create --label ${PROJECT_LABEL}= --label ${ONE_OFF_LABEL}=False --label ${KEEP_LABEL}= service true
        docker create ${LABELLED} service true
        docker network create ${LABELLED} net
        docker volume create ${LABELLED} data`,
      );
    });
    afterAll(() => host.stop());

    test.each(tasks)('keeps nothing that is in no project: $name', async (task) => {
      const { result } = await runTask(host, task);
      expect(result).toMatchObject({ outcome: 'done' });
      expect(Object.values(result.removed ?? {})).toEqual([1]);
      expect(result).not.toHaveProperty('passedOver');
    });
  });
});
