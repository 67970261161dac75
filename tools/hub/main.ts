// The local hub behind `make up`, `make down` and `make status`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { down } from './down.ts';
import { hubLayout, repository } from './layout.ts';
import { status } from './status.ts';
import { up } from './up.ts';

const usage =
  'usage: node tools/hub/main.ts up [--kubernetes 1.36] [--address 10.0.0.5] | down [--clean] | status   [--dir .tke]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'string', default: resolve(repository, '.tke') },
      kubernetes: { type: 'string' },
      address: { type: 'string' },
      clean: { type: 'boolean', default: false },
    },
  });
  const layout = hubLayout(resolve(values.dir));
  switch (positionals.join(' ')) {
    case 'up':
      return up(layout, { kubernetes: values.kubernetes, address: values.address });
    case 'down':
      return down(layout, values.clean);
    case 'status':
      process.exitCode = (await status(layout)) ? 0 : 1;
      return;
    default:
      throw new Error(usage);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
