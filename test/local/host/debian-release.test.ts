import { sourcesOf, selectHostPackages } from '../../../local/host/debian-release';

const LINES = `# a comment
deb file:/mirror bookworm main
deb [trusted=yes] file:/mirror bookworm-updates main
deb file:/security bookworm-security main
deb file:/others others-bookworm main
`;
const PARAGRAPHS = `Types: deb
# a comment
URIs: file:/mirror
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: file:/security
Suites: bookworm-security
Components: main

Types: deb
URIs: file:/others
Suites: others
Components: main
`;

test('sources of the machine, one per line, are rewritten for another release', () => {
  expect(sourcesOf('trixie', 'bookworm', LINES)).toBe(`deb file:/mirror trixie main
deb [trusted=yes] file:/mirror trixie-updates main
deb file:/security trixie-security main
`);
  expect(sourcesOf('sid', 'bookworm', LINES)).toBe('deb file:/mirror sid main\n');
});

test('sources in paragraphs are rewritten too', () => {
  const mirror = (suites: string): string =>
    `Types: deb\n# a comment\nURIs: file:/mirror\nSuites: ${suites}\nComponents: main\n`;
  expect(sourcesOf('trixie', 'bookworm', PARAGRAPHS)).toBe(
    `${mirror('trixie trixie-updates')}
Types: deb
URIs: file:/security
Suites: trixie-security
Components: main
`,
  );
  expect(sourcesOf('sid', 'bookworm', PARAGRAPHS)).toBe(mirror('sid '));
});

test('the packages of an older release are its Engine, Python and libraries, without libc and system packages', () => {
  const simulation = [
    'libc6',
    'libc-bin',
    'libcap2',
    'perl-base',
    'docker.io',
    'python3.11',
    'libpython3-stdlib',
  ]
    .map((name) => `Inst ${name} (1 Debian:12/oldstable [amd64])\nConf ${name} (1)\n`)
    .join('');
  expect(selectHostPackages(simulation)).toEqual(['libcap2', 'docker.io', 'python3.11', 'libpython3-stdlib']);
});
