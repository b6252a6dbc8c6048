import type { PrivateHost } from '../../../local/host/private-host';
import { must } from './images';

/** The default folder in which tasks work. Their environment can name another one. */
export const RUN_DIR = '/run/docker-housekeeping';

const FOLDER = '/run/interposed';

/**
 * Wraps the host's docker and docker-compose. It acts only on the calls of a task, which it recognizes by the
 * agent's environment and the task's work folder. It ignores the step `host` and the test. It handles one
 * call of a task at a time, so that calls are counted correctly even with several workers.
 */
const WRAPPER = `#!/bin/sh
real=${FOLDER}/real/\${0##*/}
[ -n "\${SSM_COMMAND_ID-}" ] || exec "$real" "$@"
case \${TMPDIR-} in */work) place=\${TMPDIR%/work}/interposed ;; *) exec "$real" "$@" ;; esac
[ -e "$place/happening" ] || exec "$real" "$@"
PATH=${FOLDER}/real:$PATH
exec 7>>"$place/lock"
flock 7
call="\${0##*/} $*"
printf '%s\\n' "$call" >>"$place/calls"
count=$(wc -l <"$place/calls")
. "$place/happening"
exec 7>&-
exec "$real" "$@"
`;

/**
 * Runs a piece of shell before each call that a task makes, in place of an earlier one. In it, \`$call\` is
 * the call, \`$count\` its number, and docker the real one. With \`exit\` it replaces the call.
 */
export async function interpose(host: PrivateHost, happening: string, runDir = RUN_DIR): Promise<void> {
  const install = `[ -d ${FOLDER} ] || {
      mkdir -p ${FOLDER}/real && cat >${FOLDER}/wrapper && chmod +x ${FOLDER}/wrapper
      for name in docker docker-compose; do
        ! path=$(command -v "$name") || ln -s "$path" ${FOLDER}/real/
      done
      mount -t tmpfs tmpfs /usr/local/sbin
      for name in $(ls ${FOLDER}/real); do cp ${FOLDER}/wrapper "/usr/local/sbin/$name"; done
    }
    mkdir -p ${runDir}/interposed && cd ${runDir}/interposed && rm -f * && : >calls`;
  await must(host, install, WRAPPER);
  await must(host, `cat >${runDir}/interposed/happening`, `${happening}\n`);
}

/** Shell patterns, separated by `|`, with quoted blanks. */
const pattern = (call: string): string => call.replaceAll(' ', '\\ ');

/** Runs pieces of shell right before the first call of a task that matches their shell patterns. */
export function before(host: PrivateHost, happenings: Readonly<Record<string, string>>): Promise<void> {
  const each = Object.entries(happenings).map(
    ([call, happening], n) => `case $call in ${pattern(call)})
      if [ ! -e "$place/happened-${n}" ]; then
        : >"$place/happened-${n}"
        { ${happening}; } >/dev/null 2>>"$place/complaints" 7>&-
      fi ;;
    esac`,
  );
  return interpose(host, each.join('\n'));
}

/** A task that is held in the middle of its work. */
export interface Hold {
  /** Resolves once the task is held. */
  readonly reached: Promise<unknown>;
  /** Lets the task continue. */
  readonly release: () => Promise<void>;
}

/**
 * Holds a task right before its nth call that matches the shell patterns. It makes no call until the release.
 *
 * @param later a piece of shell that runs before each call after that one
 */
export async function holdBefore(
  host: PrivateHost,
  call: string,
  nth: number,
  { runDir = RUN_DIR, later = ':' } = {},
): Promise<Hold> {
  const place = `${runDir}/interposed`;
  const held = `[ ! -e "$place/over" ] || { ${later}; } >/dev/null 2>&1
    case $call in ${pattern(call)})
      echo x >>"$place/matches"
      if [ "$(wc -l <"$place/matches")" -eq ${nth} ]; then
        : >"$place/over"
        echo >"$place/reached"
        read -r _ <"$place/released"
      fi ;;
    esac`;
  await interpose(host, held, runDir);
  await must(host, `mkfifo ${place}/reached ${place}/released`);
  const reached = must(host, `read -r _ <${place}/reached`);
  reached.catch(() => undefined); // the host may end before
  return {
    reached,
    release: async () => void (await must(host, `echo >${place}/released`)),
  };
}

/** The calls that tasks made since the last interposition. */
export async function calls(host: PrivateHost, runDir = RUN_DIR): Promise<string[]> {
  const lines = await must(host, `cat ${runDir}/interposed/calls`);
  return lines === '' ? [] : lines.split('\n');
}

/** Lets tasks call the host's own docker again. */
export async function leaveAlone(host: PrivateHost, runDir = RUN_DIR): Promise<void> {
  await must(host, `rm -f ${runDir}/interposed/happening`);
}
