/** What you do about a service whose containers had to be killed: their process did not end on SIGTERM. */
export const SIGTERM_REMEDY =
  'handle SIGTERM in it (uWSGI: start it with --die-on-term), ' +
  'start it in exec form or under an init ("init: true"), ' +
  'or set "stop_signal" to a signal that it does handle';
