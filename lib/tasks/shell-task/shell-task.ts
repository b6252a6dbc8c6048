import type { HostScript } from '../../host/script';
import { literalFlag, literalProps, refuse, refuseUnresolved } from '../../validation';
import type { HousekeepingTaskProps } from '../task';
import { HousekeepingTask, defaultTaskName, taskScript } from '../task';

/** A script of one's own. */
export interface ShellTaskProps extends HousekeepingTaskProps {
  /**
   * The script, for `sh`, known at synthesis.
   *
   * It finds `DRY_RUN` (`true` or `false`), `SECONDS_LEFT` and `KEEP_LABEL` in its environment. It runs in `/` with the
   * umask 077, `LC_ALL=C`, `DOCKER_CONTEXT=default`, `HOME` (`/root` if the agent has none), `/usr/local/bin` at the end
   * of `PATH`, and `TMPDIR` in `/run/docker-housekeeping`, which the next task empties.
   *
   * It prints exactly one line of JSON, of at most 1,200 bytes, to stdout. What it prints to stderr appears in the
   * output of Run Command, and not in the report. The members:
   *
   * - `outcome`: `done`, `nothing`, `skipped` or `failed`;
   * - `reason`: a code in lower-case letters, digits and `-`, needed with `skipped` and `failed`;
   * - `message`: a sentence;
   * - `removed`: how many `projects`, `containers`, `images`, `volumes`, `networks` or `cacheRecords`;
   * - `left`: a list of what should be gone and is not; `warnings`: a list of codes.
   *
   * Strings have no escapes. Anything else, or an exit code other than 0 with `done` or `nothing`, is reported as
   * `failed` with the reason `broken-result`.
   */
  readonly script: string;

  /**
   * Whether the script looks at `DRY_RUN` and then changes nothing. If not, it is not run in a dry run.
   *
   * @default false
   */
  readonly supportsDryRun?: boolean;
}

/**
 * Runs a script of one's own, under the host's lock and within the task's time, and reports what it says it did.
 *
 * The script runs as root. Nothing but its result is checked: what it removes is its author's concern. When a run is
 * cancelled in Systems Manager, the script goes on to its end or to the task's `timeout`; until then the task of the
 * next run starts no second copy and reports `skipped` with the reason `script-running`.
 */
export class ShellTask extends HousekeepingTask {
  /** @internal */
  public readonly _script: HostScript;

  /** @throws if the script is empty or holds what no document can, or a property is not allowed */
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

/** How a script may end. */
const EXAMPLE = `echo '{"outcome":"done"}'`;

function validScript(property: string, script: string): string {
  refuseUnresolved(property, script);
  if (typeof script !== 'string') {
    refuse(property, script, 'is not a string', 'give the script, e.g. one that ends in ' + EXAMPLE);
  }
  // The shell would take a carriage return for a part of the last word.
  if (/[^\P{Cc}\n\t]|\p{Cs}/u.test(script)) {
    refuse(
      property,
      script,
      'has a control character or half a character',
      'give plain text with \\n line ends',
    );
  }
  if (script.includes('{{')) {
    refuse(
      property,
      script,
      "has '{{', which Systems Manager would take for a document parameter",
      "write '{''{' where docker --format needs it",
    );
  }
  if (script.trim() === '') {
    refuse(property, script, 'is empty', 'give a script, e.g. one that ends in ' + EXAMPLE);
  }
  return script;
}
