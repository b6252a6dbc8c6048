// Tests know the Engine of Debian 12 as the oldest one, on whatever release of Debian they run.
process.env.HOUSEKEEPING_TOOLCHAIN ??= 'bookworm';
