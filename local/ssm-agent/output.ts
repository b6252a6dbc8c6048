const LIMIT = 2500;
const ERROR_TITLE = '\n----------ERROR-------\n';
const OUTPUT_CUT = '\n---Output truncated---';
const ERROR_CUT = '\n---Error truncated----';

/**
 * A step's combined `Output` as the SSM Agent sends it: standard output, then standard error under a
 * title. It has at most 2,500 bytes of their beginnings. Lengths are bytes, so a character can be cut in
 * two.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandPlugin.html
 */
export function combinedOutput(stdout: Buffer, stderr: Buffer): string {
  const title = stderr.length > 0 ? ERROR_TITLE : '';
  const room = LIMIT - title.length;
  const half = Math.trunc(room / 2);
  if (stdout.length + stderr.length < room) return `${text(stdout)}${title}${text(stderr)}`;

  if (stdout.length > half && stderr.length > half) {
    const each = Math.trunc((room - OUTPUT_CUT.length - ERROR_CUT.length) / 2);
    return `${text(stdout, each)}${OUTPUT_CUT}${title}${text(stderr, each)}${ERROR_CUT}`;
  }
  if (stdout.length < half) {
    const left = room - ERROR_CUT.length - stdout.length;
    return `${text(stdout)}${title}${text(stderr, left)}${ERROR_CUT}`;
  }
  const left = Math.max(0, room - OUTPUT_CUT.length - stderr.length);
  return `${text(stdout, left)}${OUTPUT_CUT}${title}${text(stderr)}`;
}

function text(bytes: Buffer, length = bytes.length): string {
  return bytes.subarray(0, length).toString();
}
