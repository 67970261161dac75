import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import {
  ClusterAccess,
  findDetached,
  freePort,
  startDetached,
  startWatched,
  untilReady,
  type DetachedProcess,
  type KubectlResult,
  type LoadTarget,
  type RunningProcess,
} from '@tke/envtest';
import { issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock } from '@tke/time';

const run = promisify(execFile);
export const repository = join(import.meta.dirname, '..');
/** What a busy machine may take, in milliseconds, for anything that takes a second on a quiet one. */
export const patience = 120_000;

interface Settings {
  readonly ports: Readonly<
    Record<'authzWebhook' | 'authzMetrics' | 'managerWebhook' | 'managerHealth' | 'managerMetrics', number>
  >;
}

/** A hub of its own in a temporary folder, used as its user would: by the commands behind make, and by kubectl. */
export class HubUnderTest {
  readonly folder: string;
  #cluster: Promise<ClusterAccess> | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<HubUnderTest> {
    return new HubUnderTest(await mkdtemp(join(tmpdir(), 'tke-e2e-')));
  }

  /** `flags` of the command behind `make up`. */
  up(...flags: readonly string[]): Promise<string> {
    return this.#hub('up', ...flags);
  }

  down(): Promise<string> {
    return this.#hub('down');
  }

  status(): Promise<string> {
    return this.#hub('status');
  }

  async remove(): Promise<void> {
    await this.#hub('down', '--clean');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #hub(...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, ['tools/hub/main.ts', ...args, '--dir', this.folder], {
      cwd: repository,
    });
    return stdout;
  }

  /** Runs kubectl as the administrator or as a user of `make up`. A failure is an answer. */
  async kubectl(
    args: readonly string[],
    { user, input }: { user?: string; input?: object } = {},
  ): Promise<KubectlResult> {
    this.#cluster ??= ClusterAccess.open(this.folder);
    const options = { ...(user && { user }), ...(input && { input: JSON.stringify(input) }) };
    return (await this.#cluster).kubectl(args, options);
  }

  /** As `kubectl`, for what must succeed. Resolves with standard output. */
  async must(args: readonly string[], options: { user?: string; input?: object } = {}): Promise<string> {
    const { stdout, stderr, code } = await this.kubectl(args, options);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    }
    return stdout;
  }

  apply(object: object): Promise<string> {
    return this.must(['apply', '-f', '-'], { input: object });
  }

  /** The answer of `kubectl auth can-i`, with its reason. */
  async can(user: string, ...question: string[]): Promise<string> {
    const { stdout, stderr } = await this.kubectl(['auth', 'can-i', ...question], { user });
    return stdout.trim() === '' ? stderr.trim() : stdout.trim();
  }

  async process(name: string): Promise<DetachedProcess> {
    const found = await findDetached(join(this.folder, 'run'), name, systemClock);
    if (found === undefined) {
      throw new Error(`${name} does not run`);
    }
    return found;
  }

  /** Kills a process of the hub at once. `revive` starts it again just as it was. */
  async kill(name: string): Promise<{ readonly command: readonly string[]; revive(): Promise<void> }> {
    const running = await this.process(name);
    const { cwd, logFile } = running;
    const [command = '', ...args] = running.command;
    running.kill('SIGKILL');
    await running.untilExit();
    return {
      command: running.command,
      revive: async () => {
        await startDetached({ name, command, args, cwd, logFile, runDir: join(this.folder, 'run') }, systemClock);
      },
    };
  }

  async settings(): Promise<Settings> {
    return JSON.parse(await readFile(join(this.folder, 'hub.json'), 'utf8')) as Settings;
  }

  /** Another manager beside or in place of the hub's, with a lease of ten seconds. It dies with the test. */
  async startManager(name: string, webhookPort: number): Promise<RunningProcess> {
    const kubeconfig = join(
      this.folder,
      'users',
      `${encodeURIComponent('system:serviceaccount:tke-system:tke-manager')}.kubeconfig`,
    );
    return startWatched({
      name,
      command: process.execPath,
      args: [
        join(repository, 'apps', 'manager', 'dist', 'main.cjs'),
        `--kubeconfig=${kubeconfig}`,
        `--webhook-address=127.0.0.1:${webhookPort}`,
        '--webhook-host=127.0.0.1',
        '--health-address=127.0.0.1:0',
        '--metrics-address=',
        '--lease-duration=10',
        '--renew-deadline=8',
        '--retry-period=1',
      ],
      cwd: this.folder,
      logFile: join(this.folder, 'logs', `${name}.log`),
    });
  }

  /** Another replica of the webhook whose command is given, on a port of its own. It dies with the test. */
  async startWebhook(name: string, port: number, [, ...standing]: readonly string[]): Promise<RunningProcess> {
    const args = standing.filter((arg) => !/^--(address|health-address|metrics-address)=/.test(arg));
    const healthPort = await freePort(Math.random, [port]);
    const own = [`--address=127.0.0.1:${port}`, `--health-address=127.0.0.1:${healthPort}`, '--metrics-address='];
    const running = await startWatched({
      name,
      command: process.execPath,
      args: [...args, ...own],
      cwd: this.folder,
      logFile: join(this.folder, 'logs', `${name}.log`),
    });
    const probe = async (signal: AbortSignal) => (await fetch(`http://127.0.0.1:${healthPort}/readyz`, { signal })).ok;
    await untilReady(running, { probe, timeoutMs: patience, clock: systemClock });
    return running;
  }

  /** The webhook, asked as the hub's API server asks it, or as somebody else with a certificate of the same authority. */
  async webhookTarget(commonName = 'kube-apiserver'): Promise<LoadTarget & { readonly client: CertificateAndKey }> {
    const [certPem = '', keyPem = ''] = await Promise.all(
      ['ca.crt', 'ca.key'].map((file) => readFile(join(this.folder, 'authz', file), 'utf8')),
    );
    const ca = { certPem, keyPem };
    const client = await issueCertificate({ ca, commonName, usages: ['client'], clock: systemClock });
    const { authzWebhook } = (await this.settings()).ports;
    return { url: `https://127.0.0.1:${authzWebhook}`, serverName: '', ca: certPem, client };
  }

  /** The API server, asked by its administrator. */
  async apiServerTarget(): Promise<LoadTarget> {
    const { url, pki } = await ClusterAccess.open(this.folder);
    const client = await issueCertificate({
      ca: pki.ca,
      commonName: 'load',
      organizations: ['system:masters'],
      usages: ['client'],
      clock: systemClock,
    });
    return { url, ca: pki.ca.certPem, client };
  }

  log(name: string): Promise<string> {
    return readFile(join(this.folder, 'logs', `${name}.log`), 'utf8');
  }
}

/** A Policy that allows `actions`, and its PolicyBinding to a user of the default tenant. */
export function grant(name: string, user: string, actions: readonly string[], effect: 'allow' | 'deny' = 'allow') {
  const policy = {
    apiVersion: 'auth.tkestack.io/v1',
    kind: 'Policy',
    metadata: { name: `pol-${name}` },
    spec: {
      displayName: name,
      tenantID: 'default',
      category: 'application',
      statement: { effect, actions, resources: ['namespace:*'] },
    },
  };
  const binding = {
    apiVersion: 'auth.tkestack.io/v1',
    kind: 'PolicyBinding',
    metadata: { name: `pb-${name}` },
    spec: { tenantID: 'default', policyID: `pol-${name}`, users: [{ id: `usr-${user}`, name: user }] },
  };
  return { policy, binding };
}

/** Reviews whose answer the samples give, of every kind of answer. */
export function knownReviews(path: string) {
  const of = (right: string, user: string, verb: string, resource: string, name = '') => {
    const resourceAttributes = { namespace: 'default', version: 'v1', verb, resource, name };
    const spec = { user, groups: ['system:authenticated', 'tenant:default'], resourceAttributes };
    return { path, body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }, right: [right] };
  };
  return [
    of('allow', 'alice', 'list', 'pods'),
    of('allow', 'bob', 'get', 'secrets', 'web'),
    of('deny', 'bob', 'get', 'secrets', 'db-password'),
    of('noOpinion', 'alice', 'delete', 'pods', 'web'),
    of('noOpinion', 'mallory', 'list', 'secrets'),
  ];
}
