import { bundleReporter } from '../../local/setup/requirements';

export default bundleReporter;
