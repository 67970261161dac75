import { text } from 'node:stream/consumers';

import { exitCodes, run } from './cli.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('terminated')));

const terminal = {
  out: (line: string) => void process.stdout.write(line),
  err: (line: string) => void process.stderr.write(line),
  input: () => text(process.stdin),
};

// For an end that nobody foresaw, such as an event loop with nothing left to do: silence must not read as a yes.
process.exitCode = exitCodes.error;
// The code and no exit(): a pipe that is slower than we are gets all of the output.
void run(process.argv.slice(2), terminal, interrupted.signal).then((code) => {
  process.exitCode = code;
});
