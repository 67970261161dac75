import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, type ClusterAccess } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { Cache, controllerFor, Manager, type Enqueue, type Reconciler, type Request } from '@tke/runtime';

import { MemberClusters } from './member-clusters.ts';
import { memberKindSource } from './sources/member-sources.ts';
import { access, admin, adminOf, configMap, newNamespace, portOf, until } from './testing/cluster.ts';
import { Network } from './testing/network.ts';

/** Whoever does not answer is asked once a minute at last, and a busy machine may keep some of a hundred from answering. */
const minutes = 240_000;
jest.setTimeout(1_800_000);

const memberCount = 100;
const deadCount = 10;
const rounds = 5;

let target: ClusterAccess;
let hub: Client;

beforeAll(async () => {
  target = await sharedControlPlane();
  hub = await adminOf(target);
});
afterAll(() => hub.close());

/** Writes down when an object was reconciled in which member, after a call to that member. */
class Recorder implements Reconciler {
  readonly done = new Map<string, number>();
  /** Milliseconds that each call took which a member did not answer. */
  readonly refusals: number[] = [];
  readonly #members: MemberClusters;

  constructor(members: MemberClusters) {
    this.#members = members;
  }

  async reconcile({ cluster = '', namespace, name }: Request): Promise<undefined> {
    const member = this.#members.get(cluster)!;
    const key = { ...(namespace !== undefined && { namespace }), name };
    const startedAt = performance.now();
    const object = await member.client.get(coreKinds.configMap, key).catch((error: unknown) => {
      this.refusals.push(performance.now() - startedAt);
      throw error;
    });
    this.done.set(`${cluster}/${name}/${object.data?.round ?? ''}`, performance.now());
    return undefined;
  }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!;
}

const nameOf = (index: number) => `cls-${index}`;

test('100 members, 10 of which fall silent: nobody waits for those, and sockets stay bounded', async () => {
  await using network = new Network(portOf(target));
  const certificate = await admin(target);
  const namespace = await newNamespace(hub);
  const members = new MemberClusters({ userAgent: 'test/1', logger: discardLogger });
  const manager = new Manager({
    client: hub,
    cache: new Cache({ reader: hub, logger: discardLogger }),
    logger: discardLogger,
  });
  manager.add(members);
  const recorder = new Recorder(members);
  const source = memberKindSource({
    members,
    kind: coreKinds.configMap,
    map: ({ metadata }) => [{ namespace, name: metadata.name ?? '' }],
    informer: { namespace },
  });
  let enqueue: Enqueue = () => undefined;
  const direct = { name: 'test', start: (add: Enqueue) => Promise.resolve((enqueue = add)).then(() => undefined) };
  controllerFor(manager, 'members')
    .watchesSource(source)
    .watchesSource(direct)
    .withOptions({ concurrency: Number(process.env.CONCURRENCY ?? 10) })
    .complete(recorder);
  const stop = new AbortController();
  const ended = manager.start(stop.signal);

  const ports: number[] = [];
  for (let index = 0; index < memberCount; index++) {
    ports.push(await network.port());
  }
  const heapBefore = heapUsed();
  ports.forEach((port, index) =>
    members.put(nameOf(index), access(target, { certificate, addresses: [{ type: 'Real', host: '127.0.0.1', port }] })),
  );
  const state = (wanted: string) => members.all().filter(({ health }) => health.state === wanted).length;
  await until('all members answer', () => state('Healthy') === memberCount, minutes);

  const dead = Array.from({ length: deadCount }, (_, index) => nameOf(index));
  const living = Array.from({ length: memberCount - deadCount }, (_, index) => nameOf(index + deadCount));
  /** Milliseconds from a write until each living member has reconciled it. */
  const measure = async (label: string) => {
    const latencies: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const name = `${label}-${round}`;
      const startedAt = performance.now();
      // The silent ones hear of nothing, so that somebody has to ask for them: all workers would be kept waiting.
      dead.forEach((cluster) => enqueue({ cluster, namespace, name }));
      await hub.create(coreKinds.configMap, configMap(namespace, name, { round: String(round) }));
      const keys = living.map((cluster) => `${cluster}/${name}/${round}`);
      await until(label, () => keys.every((key) => recorder.done.has(key)));
      latencies.push(...keys.map((key) => recorder.done.get(key)! - startedAt));
    }
    return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: Math.max(...latencies) };
  };
  await measure('warm-up');
  const heapAfter = heapUsed();
  const figures: Record<string, unknown> = { before: await measure('before') };

  ports.slice(0, deadCount).forEach((port) => network.silence(port));
  figures.during = await measure('during');
  await until('the verdicts', () => state('Unhealthy') === deadCount, minutes);
  await until('the others are all right', () => state('Healthy') === memberCount - deadCount, minutes);
  recorder.refusals.length = 0;
  const after = await measure('after');
  figures.after = { ...after, refusal: quantile(recorder.refusals, 0.5) };
  const deadSockets = () => ports.slice(0, deadCount).map((port) => network.connectionsAt(port));
  const livingSockets = () => ports.slice(deadCount).map((port) => network.connectionsAt(port));
  figures.socketsOfLiving = { most: Math.max(...livingSockets()), sum: livingSockets().reduce((a, b) => a + b) };
  figures.socketsOfDead = { most: Math.max(...deadSockets()) };
  figures.heapPerMemberKiB = (heapAfter - heapBefore) / memberCount / 1024;
  const before = figures.before as typeof after;
  // A silent member is refused without being asked. Whoever waited would wait for seconds each time, and all ten workers would.
  expect(recorder.refusals.length).toBeGreaterThanOrEqual(deadCount * rounds);
  expect(quantile(recorder.refusals, 0.5)).toBeLessThan(1_000);
  expect(after.p50).toBeLessThan(10 * before.p50 + 10_000);
  // One watch and at most 8 connections for calls, and one for probes. One that is given up is seen to close a moment later.
  await until('few sockets to those that answer', () => Math.max(...livingSockets()) <= 10);
  await until('one socket to those that do not', () => Math.max(...deadSockets()) <= 1);

  ports.slice(0, deadCount).forEach((port) => network.heal(port));
  // They are asked once a minute at least.
  await until('all are back', () => state('Healthy') === memberCount, minutes);
  figures.healed = await measure('healed');
  const missed = `after-${rounds - 1}/${rounds - 1}`;
  await until('what they missed', () => recorder.done.has(`${nameOf(0)}/${missed}`));
  report(figures);
  members.all().forEach(({ name }) => members.remove(name));
  await until('no socket is left', () => network.open.size === 0);
  stop.abort();
  await ended;
});

function heapUsed(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}

/** With FIGURES=1, for the notes. */
function report(figures: object): void {
  if (process.env.FIGURES !== undefined) {
    const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value) : value);
    process.stdout.write(`${JSON.stringify(figures, rounded)}\n`);
  }
}
