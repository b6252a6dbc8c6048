import { refuseNoAddress } from '../../../local/run/user-host';

test.each(['foo', 'localhost:2375', '/var/run/docker.sock', 'unix://', 'tcp://', 'ftp://host', ''])(
  '%j is not the address of an Engine',
  (engine) => {
    expect(() => refuseNoAddress(engine)).toThrow(
      `--engine ${JSON.stringify(engine)} is not the address of a Docker Engine; give e.g. unix:///var/run/docker.sock`,
    );
  },
);

test.each([
  'unix:///var/run/docker.sock',
  'tcp://host:2375',
  'https://host:2376',
  'ssh://root@host',
  'ssh://host:22/run/x',
])('%j is one', (engine) => {
  expect(() => refuseNoAddress(engine)).not.toThrow();
});
