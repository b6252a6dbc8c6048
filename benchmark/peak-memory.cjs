// Preloaded into a process: when the process ends, prints its peak memory.
const { setInterval } = require('node:timers');
const { getHeapStatistics } = require('node:v8');

let heap = 0;
setInterval(() => (heap = Math.max(heap, getHeapStatistics().used_heap_size)), 10).unref();
process.on('exit', () => {
  const rss = process.resourceUsage().maxRSS * 1024;
  process.stderr.write(`${JSON.stringify({ peak: { rss, heap } })}\n`);
});
