// `node e2e/hosts/by-hand-main.ts [version]`: how long creation of one control plane and two workers takes by hand.
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { HostPool } from '@tke/host';
import { discardLogger } from '@tke/log';
import { catalogue, packageSource, type Architecture } from '@tke/package-source';
import { systemClock } from '@tke/time';

import { createByHand } from './by-hand.ts';
import { cacheFolder } from './engine.ts';
import { HostLab } from './host-lab.ts';

const packageFolder = join(import.meta.dirname, '..', '..', '.packages');

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const version = positionals[0] ?? catalogue[0]?.kubernetes ?? '';
  const architecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const tools = { clock: systemClock, logger: discardLogger };
  const source = packageSource(packageFolder, { cacheFolder: cacheFolder(), ...tools });
  const release = await source.release(version, architecture);
  const lab = await HostLab.start();
  const pool = new HostPool(tools);
  try {
    const hosts = await lab.hosts('control-plane', 'worker-1', 'worker-2');
    const { steps, kubectl } = await createByHand(
      hosts.map(({ ip, target }) => ({ ip, host: pool.host(target) })),
      release,
    );
    const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
    for (const { step, seconds } of [...steps, { step: 'total', seconds: total }]) {
      process.stdout.write(`${step.padEnd(24)}${seconds.toFixed(1).padStart(6)} s\n`);
    }
    process.stdout.write(await kubectl('get', 'nodes,pods', '-A', '-o', 'wide'));
  } finally {
    pool.close();
    await lab.stop();
  }
}

await main();
