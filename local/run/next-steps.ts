import { resolve } from 'node:path';
import { Layout } from '../../render/layout';
import type { RenderOptions } from '../../render/layout';
import type { LocalOptions } from './local-run';
import type { Published } from './pipeline';

/** Which files were written, and what you can do next. */
export function renderNextSteps(
  { dryRun, engine, html, json }: LocalOptions,
  { logStream, run }: Published,
  options: RenderOptions,
): string {
  const text = new Layout(options);
  /** What, and a path or command that you can copy as it is. */
  const step = (what: string, verbatim: string): void => {
    text.say(`${what}:`, { indent: 2 });
    text.say(verbatim, { indent: 4, style: 'bold', wrap: false });
  };
  const where = engine === undefined ? '' : ` --engine ${engine}`;
  const command = (...args: string[]): string => ['npm run local --', ...args].join(' ') + where;
  text.heading('Next');
  if (run.needsAttention) text.say('Do what is under Trouble, and run the command again', { indent: 2 });
  if (html !== undefined) step('The report as a page; open it in a browser', resolve(html));
  else
    step(
      'See the report as a page, after another run',
      command(...(dryRun ? ['--dry-run'] : []), '--html run.html'),
    );
  if (json !== undefined) step("The run's event, as CloudWatch Logs would hold it", resolve(json));
  if (dryRun)
    step('Remove what a dry run lists', engine === undefined ? 'npm run local' : `npm run local --${where}`);
  else
    step('Clean your Docker hosts in AWS; README.md says what you need under First deploy', 'npx cdk deploy');
  text.say(`In AWS, this report would be the log stream ${logStream}`, { indent: 2, style: 'dim' });
  return text.toString();
}
