// The tests use the Engine of Debian 12 as the oldest one, regardless of the Debian release of this machine.
process.env.HOUSEKEEPING_TOOLCHAIN ??= 'bookworm';
