// `node bench/clusters/main.ts [version]`: clusters made by the product beside clusters made by hand, on the same hosts
// in one run, and what members cost the manager in memory. Takes some six minutes, an engine for containers, and root.
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { catalogue } from '@tke/package-source';

import { ClusterLab } from '../../e2e/clusters/cluster-lab.ts';
import { repository } from '../../e2e/hub-under-test.ts';
import { measureByHand, sums, type ByHandFigures } from './by-hand.ts';
import { measureMemory } from './memory.ts';
import { measureOurs, type OurFigures } from './ours.ts';

const goals = { copied: 1.15, total: 1.2 };

function line(name: string, ...cells: readonly (number | string | undefined)[]): void {
  const shown = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : (cell ?? '-')).padStart(14));
  process.stdout.write(`${name.padEnd(56)}${shown.join('')}\n`);
}

function report(version: string, ours: OurFigures, byHand: ByHandFigures): void {
  const hand = sums(byHand.steps);
  const { seconds, copyingSeconds, steps } = ours.creation;
  line(`\ncreation of 1 + 2 with Kubernetes ${version}, seconds`, 'product', 'by hand', 'ratio', 'goal');
  const compare = (what: string, mine: number, theirs: number, goal: string) =>
    line(what, mine, theirs, (mine / theirs).toFixed(2), goal);
  compare(
    'packages and images copied already',
    seconds - copyingSeconds,
    hand.total - hand.copied,
    `<= ${goals.copied}`,
  );
  compare('with copying', seconds, hand.total, `<= ${goals.total}`);
  line('\nwhere it goes, product', 'seconds');
  steps.forEach((spent, step) => spent >= 0.2 && line(`  ${step}`, spent));
  line('where it goes, by hand', 'seconds');
  byHand.steps.forEach(({ step, seconds: spent }) => line(`  ${step}`, spent));
  // By hand a worker keeps programs, images and settings: kubeadm reset and the folders that it leaves are all there is.
  line('\noperations, seconds', 'product', 'by hand');
  Object.entries(ours.operations).forEach(([what, spent]) => line(`  ${what}`, spent, byHand.operations[what]));
  line('\nSSH connections while a cluster is made', 'connections');
  Object.entries(ours.connections).forEach(([host, count]) => line(`  ${host}`, String(count)));
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const version = positionals[0] ?? catalogue[0]?.kubernetes ?? '';
  const lab = await ClusterLab.start();
  try {
    const hosts = await lab.boot('control-plane', 'worker-1', 'worker-2');
    const loads = [loadavg()[0]];
    const ours = await measureOurs(lab, hosts, version);
    await lab.hub.down(); // by hand there is no hub to share the machine with
    loads.push(loadavg()[0]);
    report(version, ours, await measureByHand(hosts, version, join(repository, '.packages')));
    line('\nload of this machine in the minute before', 'product', 'by hand');
    line(
      `  of ${availableParallelism()} processors; ratios are good only where it was idle before the first`,
      ...loads,
    );
  } finally {
    await lab.stop();
  }
  const counts = [1, 100];
  line('\nresident memory of the manager, MiB', ...counts.map((count) => `${count} members`));
  line('  each with 10 nodes and 100 pods', ...(await measureMemory(counts)));
}

await main();
