import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { startLoad, type LoadOptions } from '@tke/envtest';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock } from '@tke/time';

import { randomReviews } from '../authz/requests.ts';
import { tenantsOf } from '../authz/world.ts';
import { printTable, type Figures } from '../table.ts';
import type { ServerFigures, ServerSetup } from './child.ts';

const programs = ['ours', 'bare'] as const;
type Program = (typeof programs)[number];

export interface ServerReportOptions {
  readonly rules: number;
  /** Rules changed per second. */
  readonly churn: number;
  /** Of load in each round. */
  readonly seconds: number;
  /** Both take turns, and the median of each figure is shown: what else the machine does changes from round to round. */
  readonly rounds: number;
  readonly protocols: readonly ServerSetup['protocol'][];
  /** Where CPU profiles of both servers are written. */
  readonly profileFolder?: string;
}

interface Credentials {
  readonly ca: CertificateAndKey;
  readonly server: CertificateAndKey;
  readonly client: CertificateAndKey;
}

interface Running {
  readonly child: ChildProcess;
  readonly load: LoadOptions;
}

/** Prints how our server does beside one that does nothing but parse and answer, under the same load. */
export async function reportServer(options: ServerReportOptions): Promise<void> {
  const credentials = await issueCredentials();
  for (const protocol of options.protocols) {
    const running = new Map<Program, Running>();
    const rounds: Record<Program, Figures[]> = { ours: [], bare: [] };
    for (const program of programs) {
      running.set(program, await start(program, protocol, credentials, options));
    }
    for (let round = 0; round < options.rounds; round += 1) {
      for (const [program, each] of running) {
        rounds[program].push(await measure(each, options.seconds));
      }
    }
    running.forEach(({ child }) => child.disconnect());
    printTable(
      `reviews over ${protocol}, 16 connections, ${options.rules} Rules, ${options.churn} changed per second`,
      {
        'our server': medians(rounds.ours),
        'bare server': medians(rounds.bare),
      },
    );
  }
}

async function issueCredentials(): Promise<Credentials> {
  const ca = await createCa({ commonName: 'bench', days: 1, clock: systemClock });
  const issue = (commonName: string, usage: 'server' | 'client') =>
    issueCertificate({ ca, commonName, dnsNames: ['localhost'], usages: [usage], days: 1, clock: systemClock });
  return { ca, server: await issue('localhost', 'server'), client: await issue('kube-apiserver', 'client') };
}

async function start(
  program: Program,
  protocol: ServerSetup['protocol'],
  { ca, server, client }: Credentials,
  { rules, churn, profileFolder }: ServerReportOptions,
): Promise<Running> {
  const profile =
    profileFolder === undefined
      ? []
      : [
          '--cpu-prof',
          `--cpu-prof-dir=${profileFolder}`,
          `--cpu-prof-name=${program}-${protocol.slice(0, 2)}.cpuprofile`,
        ];
  const child = fork(join(import.meta.dirname, `${program}.ts`), {
    execArgv: ['--max-semi-space-size=16', '--disable-warning=ExperimentalWarning', ...profile],
  });
  const setup: ServerSetup = {
    rules,
    churn,
    protocol,
    certPem: server.certPem,
    keyPem: server.keyPem,
    clientCa: ca.certPem,
  };
  child.send(setup);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const load = {
    url: `https://127.0.0.1:${port}`,
    ca: ca.certPem,
    client,
    protocol,
    connections: 16,
    requests: requestsOf(rules),
  };
  // Code is compiled while it runs: without this the first rounds measure the compiler.
  await startLoad({ ...load, seconds: 4 }).report;
  return { child, load };
}

function requestsOf(rules: number): LoadOptions['requests'] {
  const population = [...tenantsOf(rules)].map(({ name, users }) => ({ name, users }));
  return randomReviews(population, 2_000).map(({ body }) => ({
    path: '/auth/authz',
    body: JSON.parse(body) as unknown,
    right: ['allow', 'deny', 'noOpinion'],
  }));
}

async function measure({ child, load }: Running, seconds: number): Promise<Figures> {
  await figuresOf(child);
  const report = await startLoad({ ...load, seconds }).report;
  const { cpuMs, longestPauseMs, rssMiB } = await figuresOf(child);
  if (report.wrong > 0 || Object.keys(report.unanswered).length > 0) {
    throw new Error(`wrong or missing answers: ${JSON.stringify(report)}`);
  }
  return {
    perSecond: report.perSecond,
    p50Ms: report.latencyMs.p50,
    p99Ms: report.latencyMs.p99,
    maxMs: report.latencyMs.max,
    cpuMicros: (cpuMs * 1000) / report.answered,
    longestPauseMs,
    rssMiB,
    loadBusy: report.busy,
  };
}

async function figuresOf(child: ChildProcess): Promise<ServerFigures> {
  child.send('measure');
  const [figures] = (await once(child, 'message')) as [ServerFigures];
  return figures;
}

function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? NaN))]));
}
