import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { DockerHousekeeping } from '../lib';
import { configuration } from './configuration';

const app = new App();
const stack = new Stack(app, 'DockerHousekeeping', {
  description:
    'Keeps Docker hosts clean: takes down Compose projects, removes dangling images, reports each run',
});
const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', configuration(app.node));

new CfnOutput(stack, 'DocumentName', {
  description: 'Command document that does the cleaning; send it to clean at once',
  value: housekeeping.documentName,
});
new CfnOutput(stack, 'ReportLogGroup', {
  description: 'One log stream per run: open the newest to read the last report',
  value: housekeeping.reportLogGroup.logGroupName,
});
