import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { kubernetesVersions } from '../binaries/versions.ts';
import { sharedControlPlane } from '../jest/shared-control-plane.ts';
import { waitFor } from '../wait-for.ts';
import { ControlPlane } from './control-plane.ts';
import { detachedServers, stopDetached } from './detached.ts';
import type { ControlPlaneOptions } from './options.ts';

jest.setTimeout(300_000);

let folder: string;
const started: ControlPlane[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-control-plane-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((controlPlane) => controlPlane.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(options?: ControlPlaneOptions): Promise<ControlPlane> {
  const controlPlane = await ControlPlane.start(options);
  started.push(controlPlane);
  return controlPlane;
}

/** The processes whose working directory is in a folder: servers and their watchdogs. */
function processesOf(dataDir: string): string[] {
  const workingDirectory = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return '';
    }
  };
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && workingDirectory(pid).startsWith(dataDir));
}

// A watchdog ends a moment after the process that it watched.
function nothingRuns(dataDir: string): Promise<true> {
  return waitFor(() => processesOf(dataDir).length === 0, { description: `no process runs in ${dataDir}` });
}

async function configMapValue(controlPlane: ControlPlane, name: string): Promise<string> {
  const { stdout } = await controlPlane.kubectl(['get', 'configmap', name, '-o', 'jsonpath={.data.key}']);
  return stdout;
}

async function createConfigMap(controlPlane: ControlPlane, name: string): Promise<void> {
  const { code, stderr } = await controlPlane.kubectl(['create', 'configmap', name, `--from-literal=key=${name}`]);
  expect([code, stderr]).toEqual([0, '']);
}

describe('faults', () => {
  test('data survives crashes; a paused apiserver answers nothing; the end leaves nothing', async () => {
    const controlPlane = await start();
    const { dataDir } = controlPlane.access;
    expect(processesOf(dataDir)).toHaveLength(4);
    await createConfigMap(controlPlane, 'before');

    await controlPlane.restartEtcd();
    const value = () => configMapValue(controlPlane, 'before');
    await waitFor(async () => (await value()) === 'before', { description: 'etcd answers again' });

    await controlPlane.restartApiServer();
    expect(await value()).toBe('before');

    controlPlane.pauseApiServer();
    const impatient = await controlPlane.kubectl(['get', 'configmaps', '--request-timeout=300ms']);
    expect(impatient.code).not.toBe(0);
    controlPlane.resumeApiServer();
    await waitFor(async () => (await value()) === 'before', { description: 'the apiserver answers again' });

    await controlPlane.killApiServer();
    expect((await controlPlane.kubectl(['get', 'configmaps'])).stderr).toContain('refused');
    await controlPlane.startApiServer();
    expect(await value()).toBe('before');

    controlPlane.pauseApiServer();
    await controlPlane.stop();
    expect(existsSync(dataDir)).toBe(false);
    await nothingRuns(dataDir);
  });

  test('a flag that the server refuses is shown with its log, and nothing is left', async () => {
    const dataDir = join(folder, 'data');
    await expect(ControlPlane.start({ dataDir, apiServerFlags: ['--no-such-flag'] })).rejects.toMatchObject({
      code: 'ProcessExited',
      message: expect.stringContaining('unknown flag: --no-such-flag'),
    });
    await nothingRuns(dataDir);
  });

  test('a start that is given up leaves nothing', async () => {
    const caller = new AbortController();
    const dataDir = join(folder, 'data');
    const starting = ControlPlane.start({ dataDir, signal: caller.signal });
    const outcome = expect(starting).rejects.toThrow('the caller gave up');
    await waitFor(() => existsSync(join(dataDir, 'logs', 'kube-apiserver.log')), { description: 'the start is on' });
    caller.abort(new Error('the caller gave up'));
    await outcome;
    await nothingRuns(dataDir);
  });

  test('a parent that is killed leaves no process and no folder', async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'control-plane.ts'));
    const script = [
      `const { ControlPlane } = await import(${module});`,
      `console.log((await ControlPlane.start({ controllerManager: true })).access.dataDir);`,
      `process.stdin.resume();`,
    ];
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script.join('\n')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const dataDir = output.toString().trim();
    expect(processesOf(dataDir)).toHaveLength(6);
    parent.kill('SIGKILL');
    await nothingRuns(dataDir);
    await waitFor(() => !existsSync(dataDir), { description: 'the folder is gone' });
  });
});

describe('a durable, detached control plane', () => {
  let dataDir: string;

  beforeEach(() => {
    // The path of a unix socket in it would be too long.
    dataDir = join(folder, 'a-folder-with-a-long-name'.repeat(5));
  });

  afterEach(() => stopDetached(dataDir));

  test('is found running, and keeps data, port and users across a stop', async () => {
    const options = { dataDir, durable: true, detached: true } as const;
    const first = await ControlPlane.start(options);
    await createConfigMap(first, 'kept');
    const alice = readFileSync(await first.user('alice', { groups: ['system:masters'] }), 'utf8');
    const servers = await detachedServers(dataDir);
    expect(servers.map(({ name }) => name)).toEqual(['kube-apiserver', 'etcd']);

    const again = await ControlPlane.start(options);
    expect((await detachedServers(dataDir)).map(({ pid }) => pid)).toEqual(servers.map(({ pid }) => pid));
    expect(again.url).toBe(first.url);

    await stopDetached(dataDir);
    expect(await detachedServers(dataDir)).toEqual([]);
    expect(readFileSync(join(dataDir, 'logs', 'etcd.log'), 'utf8')).toContain('"signal":"terminated"');

    const revived = await ControlPlane.start(options);
    expect(revived.url).toBe(first.url);
    expect(await configMapValue(revived, 'kept')).toBe('kept');
    writeFileSync(join(dataDir, 'alice'), alice);
    expect((await revived.kubectl([`--kubeconfig=${join(dataDir, 'alice')}`, 'get', 'pods'])).code).toBe(0);
    await revived.stop();
    expect(await detachedServers(dataDir)).toEqual([]);
  });
});

describe('versions', () => {
  test('each supported one runs beside the shared one', async () => {
    const shared = await sharedControlPlane();
    const releases = Object.values(kubernetesVersions).map(({ kubernetes }) => kubernetes);
    for (const version of releases.filter((release) => release !== shared.version)) {
      const controlPlane = await start({ version });
      const ofServer = async (access: Pick<ControlPlane, 'kubectl'>) => {
        const { stdout } = await access.kubectl(['get', '--raw=/version']);
        return (JSON.parse(stdout) as { gitVersion: string }).gitVersion;
      };
      expect(await ofServer(controlPlane)).toBe(version);
      expect(await ofServer(shared)).toBe(shared.version);
    }
  });
});
