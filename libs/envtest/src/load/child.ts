// Started by load-process.ts: takes options, runs the load, sends the report back.
import type { LoadOptions } from './options.ts';
import { runLoad } from './run-load.ts';

const stop = new AbortController();

process.on('message', (message: LoadOptions | 'stop') => {
  if (message === 'stop') {
    stop.abort();
  } else {
    void runLoad(message, stop.signal).then((report) => process.send?.(report, () => process.disconnect?.()));
  }
});
// Whoever asked has the report, or is gone.
process.on('disconnect', () => process.exit());
