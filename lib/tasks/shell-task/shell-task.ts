import type { HostScript } from '../../host/script';
import { literalFlag, literalProps, refuse, refuseUnresolved } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** A script of your own, and whether dry runs run it. */
export interface ShellTaskProps extends HousekeepingTaskProps {
  /**
   * The script, which `sh` runs. It must be known at synthesis.
   *
   * Its environment has `DRY_RUN` (`true` or `false`), `SECONDS_LEFT` (until the task stops it) and
   * `KEEP_LABEL` (`docker-housekeeping.keep`). The script runs in `/` with the umask 077, `LC_ALL=C` and
   * `DOCKER_CONTEXT=default`. `HOME` is `/root` if the SSM Agent has none, and `PATH` ends with `/usr/local/bin`. `TMPDIR` is
   * a folder below `/run/docker-housekeeping`, which the next task empties.
   *
   * The script must print one line to stdout first: a JSON object of at most 1,200 bytes. What it prints to stderr
   * appears in the output of Run Command, and not in the report. The members of the object:
   *
   * - `outcome`, required: `done`, `nothing`, `skipped` or `failed`;
   * - `reason`, required with `skipped` and `failed`: a code, for example `no-disk`;
   * - `message`: a sentence;
   * - `removed`: an object that counts `projects`, `containers`, `images`, `volumes`, `networks` or `cacheRecords`;
   * - `left`: a list of strings, the objects that the script should have removed and did not;
   * - `warnings`: a list of codes.
   *
   * After it, the script may print a line for each object, at most 10,000, so that the report can name them:
   *
   *     FATE KIND ID SIZE AGE PROJECT NAME
   *
   * FATE is `removed`, in a dry run `would-remove`, or `left` or `kept`. KIND is `project`, `container`, `image`, `volume`,
   * `network` or `cache-record`. SIZE is for example `4123456B`, and AGE `5m`, `7h` or `3d`. One space separates the fields,
   * and `-` stands for a field that you do not know. If the script lists the removed objects of a kind, it must list as many
   * as it counts.
   *
   * A code has at most 40 lower-case letters, digits and `-`, and begins with a letter. Strings have no escapes. Any other
   * output, or an exit code other than 0 with `done` or `nothing`, is reported as `failed` with the reason `broken-result`.
   * An exit code other than 0 without any output has the reason `script-failed`.
   */
  readonly script: string;

  /**
   * Whether the script changes nothing when `DRY_RUN` is `true`. If not, dry runs skip it.
   *
   * @default false
   */
  readonly supportsDryRun?: boolean;
}

/**
 * Runs a script of your own under the host's lock and within the task's timeout, and reports the result that it prints.
 *
 * The script runs as root. The task checks only the form of the result: you are responsible for what the script removes.
 *
 * If you cancel a run in Systems Manager, the script continues until it ends or until the task's `timeout`. Until then, the
 * next run does not start a second copy: the task reports `skipped` with the reason `script-running`.
 *
 * @example
 * new ShellTask({
 *   name: 'old-logs',
 *   script: `
 *     find /srv/todobackend/logs -name '*.log' -mtime +30 -delete || exit 1
 *     echo '{ "outcome": "done", "message": "removed old logs" }'`,
 * });
 */
export class ShellTask extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if the script is empty, a Command document cannot contain it, or a property is not valid */
  public constructor(props: ShellTaskProps) {
    const kind = 'ShellTask';
    literalProps(kind, props);
    super(kind, defaultTaskName('shell-task'), props);
    this._script = taskScript(kind, [], props, {
      SCRIPT: validScript(`${kind}.script`, props.script),
      SUPPORTS_DRY_RUN: literalFlag(`${kind}.supportsDryRun`, props.supportsDryRun ?? false),
    });
  }
}

/** The last line of a script, as error messages show it. */
const EXAMPLE = `echo '{"outcome":"done"}'`;

function validScript(property: string, script: string): string {
  refuseUnresolved(property, script);
  if (typeof script !== 'string') {
    refuse(property, script, 'is not a string', 'give the script, e.g. one that ends in ' + EXAMPLE);
  }
  // The shell would read a carriage return as part of the last word of a line.
  if (/[^\P{Cc}\n\t]|\p{Cs}/u.test(script)) {
    refuse(
      property,
      script,
      'contains a control character or an unpaired surrogate',
      'give plain text whose lines end with \\n',
    );
  }
  if (script.includes('{{')) {
    refuse(
      property,
      script,
      "contains '{{', the beginning of a Systems Manager parameter",
      "write '{''{' where docker --format needs it",
    );
  }
  if (script.trim() === '') {
    refuse(property, script, 'is empty', 'give a script, e.g. one that ends in ' + EXAMPLE);
  }
  return script;
}
