// Projects and namespaces at scale: node bench/business/main.ts [--projects 1000] [--namespaces 5000] [--members 10] [--singles 200]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

import { authKinds } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { platformKinds } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { keyOf } from '@tke/meta';

import { printTable, type Figures } from '../table.ts';
import { ManagerProcess } from './manager-process.ts';
import type { ManagerFigures } from './manager.ts';
import { Watcher } from './watcher.ts';
import { addMembers, concurrently, fill, namespaceKind, newNamespace, type Size } from './world.ts';

const restMs = 60_000;
const changes = 200;

interface Bench {
  readonly hub: Client;
  readonly watcher: Watcher;
  readonly size: Size;
}

const say = (text: string) => process.stderr.write(`${text} (load ${loadavg()[0]?.toFixed(1) ?? ''})\n`);
const seconds = (since: number) => (performance.now() - since) / 1000;
const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
const writesOf = ({ hubWrites, memberWrites }: ManagerFigures) => hubWrites + memberWrites;

async function converge({ watcher, size }: Bench, manager: ManagerProcess): Promise<Figures> {
  await manager.leading;
  const startedAt = performance.now();
  await watcher.untilDone(size.namespaces);
  const took = seconds(startedAt);
  const { rssMiB, cpuSeconds, ...counts } = await manager.figures();
  const writes = writesOf({ rssMiB, cpuSeconds, ...counts }) / size.namespaces;
  return { seconds: took, perSecond: size.namespaces / took, cpuSeconds, rssMiB, writesPerNs: writes };
}

/** Per namespace and minute. */
async function rest({ size }: Bench, manager: ManagerProcess): Promise<Figures> {
  await sleep(5_000);
  const before = await manager.figures();
  await sleep(restMs);
  const after = await manager.figures();
  const perNamespace = 60_000 / restMs / size.namespaces;
  return {
    writesPerNsMinute: (writesOf(after) - writesOf(before)) * perNamespace,
    readsPerNsMinute: (after.reads - before.reads) * perNamespace,
    rssMiB: after.rssMiB,
  };
}

/** From the creation of a Namespace until it is usable, one after another. */
async function singles({ hub, watcher, size }: Bench, count: number): Promise<Figures> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    const object = newNamespace(`single-${index}`, index, size);
    const startedAt = performance.now();
    await hub.create(namespaceKind, object);
    await watcher.untilDoneIn(keyOf(object), 1);
    took.push(seconds(startedAt));
  }
  return { p50Seconds: quantile(took, 0.5), p99Seconds: quantile(took, 0.99), maxSeconds: Math.max(...took) };
}

async function raises({ hub, watcher, size }: Bench, manager: ManagerProcess): Promise<Figures> {
  const before = await manager.figures();
  const startedAt = performance.now();
  await concurrently(changes, async (index) => {
    const object = newNamespace(`ns-${index}`, index, size);
    const body = { spec: { hard: { cpu: '2', pods: '10' } } };
    await hub.patch(namespaceKind, keyOf(object), { type: 'merge', body });
    await watcher.untilDoneIn(keyOf(object), 2);
  });
  const took = seconds(startedAt);
  await sleep(2_000);
  const after = await manager.figures();
  return { callsPerChange: (writesOf(after) - writesOf(before)) / changes, changesPerSecond: changes / took };
}

/** From the death of the leader until the next one has made a namespace usable, and what it wrote for those that were there. */
async function leaderChange(
  { hub, watcher, size }: Bench,
  leader: ManagerProcess,
  next: ManagerProcess,
): Promise<Figures> {
  const startedAt = performance.now();
  await leader.kill();
  const object = newNamespace('after', 0, size);
  await hub.create(namespaceKind, object);
  await next.leading;
  const leading = seconds(startedAt);
  await watcher.untilDoneIn(keyOf(object), 1);
  const usable = seconds(startedAt);
  await sleep(10_000);
  return { leadingSeconds: leading, usableSeconds: usable, writes: writesOf(await next.figures()) };
}

async function measure(bench: Bench, kubeconfig: string, count: number): Promise<void> {
  const { hub, size } = bench;
  say(`creating ${size.projects} projects and ${size.namespaces} namespaces`);
  await fill(hub, size);
  const leader = new ManagerProcess(kubeconfig);
  say('converging');
  printTable('from empty to all usable', { manager: await converge(bench, leader) });
  say('at rest');
  printTable('at rest', { manager: await rest(bench, leader), goal: { writesPerNsMinute: 0 } });
  say('single namespaces');
  printTable('one namespace after another', { manager: await singles(bench, count), goal: { p99Seconds: 1 } });
  say('raising quotas');
  printTable('a quota is raised', { manager: await raises(bench, leader), goal: { callsPerChange: 3 } });
  const next = new ManagerProcess(kubeconfig);
  await sleep(10_000);
  say('the leader dies');
  printTable('another leader', { manager: await leaderChange(bench, leader, next) });
  say('done');
  await next.kill();
}

async function main(): Promise<void> {
  const option = (value: number) => ({ type: 'string', default: String(value) }) as const;
  const { values } = parseArgs({
    options: { projects: option(1_000), namespaces: option(5_000), members: option(10), singles: option(200) },
  });
  const size = {
    projects: Number(values.projects),
    namespaces: Number(values.namespaces),
    members: Number(values.members),
  };
  const [hubPlane, memberPlane] = await Promise.all([ControlPlane.start(), ControlPlane.start()]);
  const stop = new AbortController();
  try {
    const kinds = [...authKinds, ...platformKinds, ...businessKinds].map(crdManifest);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tke-system' } };
    await applyManifests(hubPlane, [...kinds, namespace]);
    const hub = await connect({ kubeconfig: hubPlane.kubeconfigPath, userAgent: 'bench', logger: discardLogger });
    const watcher = new Watcher(hub);
    await watcher.start(stop.signal);
    await addMembers(hub, memberPlane, size.members);
    await measure({ hub, watcher, size }, hubPlane.kubeconfigPath, Number(values.singles));
    await hub.close();
  } finally {
    stop.abort();
    await Promise.all([hubPlane.stop(), memberPlane.stop()]);
  }
}

await main();
