import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { FakeClock, systemClock } from '@tke/time';

import type { DownloadSites } from './download.ts';
import { resolveBinaries, type ResolveOptions } from './resolve.ts';
import { architecture } from './release-component.ts';

jest.setTimeout(60_000);

const arch = architecture(process.platform, process.arch);
const kubernetesFolder = `kubernetes-v1.36.3-linux-${arch}`;
const etcdFolder = `etcd-v3.6.8-linux-${arch}`;
const etcdReleases = '/etcd-io/etcd/releases/download';
const kubernetesBinaries = ['kube-apiserver', 'kube-controller-manager', 'kubectl'];

let folder: string;
let cache: string;
let lines: string[];
let server: Server;
let sites: DownloadSites;
let requests: string[];
/** Path to body, or what to do with the response. */
let site: Map<string, Buffer | ((response: ServerResponse) => void)>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tke-resolve-'));
  cache = join(folder, 'cache', 'tke', 'envtest');
  [lines, requests, site] = [[], [], new Map()];
  server = createServer(({ url = '' }, response) => {
    requests.push(url);
    const answer = site.get(url);
    if (typeof answer === 'function') {
      answer(response);
      return;
    }
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  sites = { kubernetes: `http://127.0.0.1:${port}/k8s`, github: `http://127.0.0.1:${port}` };
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function executable(path: string, script = ''): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function fillCache(): void {
  kubernetesBinaries.forEach((name) => executable(join(cache, kubernetesFolder, name)));
  executable(join(cache, etcdFolder, 'etcd'));
}

/** What the release pages hold. */
function publish(): void {
  const sum = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  for (const name of kubernetesBinaries) {
    const content = Buffer.from(`#!/bin/sh\necho official ${name}\n`);
    site.set(`/k8s/v1.36.3/bin/linux/${arch}/${name}`, content);
    site.set(`/k8s/v1.36.3/bin/linux/${arch}/${name}.sha256`, Buffer.from(sum(content)));
  }
  const release = `etcd-v3.6.8-linux-${arch}`;
  executable(join(folder, 'pack', release, 'etcd'), 'echo official etcd');
  const archive = execFileSync('tar', ['-czC', join(folder, 'pack'), release]);
  site.set(`${etcdReleases}/v3.6.8/${release}.tar.gz`, archive);
  const others = `${'0'.repeat(64)}  other-${release}.tar.gz.sig\n`;
  site.set(`${etcdReleases}/v3.6.8/SHA256SUMS`, Buffer.from(`${others}${sum(archive)}  ${release}.tar.gz\n`));
}

/** A `go` that notes how it was called and writes what it was asked to build. */
function installGo(script = 'echo "#!/bin/sh" > "$out"; /bin/chmod +x "$out"'): string {
  const record = join(folder, 'go.log');
  const findOutput = 'for word; do [ "$last" = -o ] && out=$word; last=$word; done';
  executable(
    join(folder, 'bin', 'go'),
    `echo "$PWD CGO_ENABLED=$CGO_ENABLED $*" >> ${record}\n${findOutput}\n${script}`,
  );
  return record;
}

function resolve(options: Partial<ResolveOptions> = {}) {
  return resolveBinaries({
    sites,
    report: (line) => lines.push(line),
    ...options,
    env: { XDG_CACHE_HOME: join(folder, 'cache'), PATH: join(folder, 'bin'), ...options.env },
  });
}

function givenAssets(version: string, names: readonly string[] = ['etcd', 'kube-apiserver', 'kubectl']): string {
  const assets = join(folder, 'assets');
  names.forEach((name) => executable(join(assets, name), `echo Kubernetes ${version}`));
  return assets;
}

describe('KUBEBUILDER_ASSETS', () => {
  test('comes first, whatever its version', async () => {
    fillCache();
    const assets = givenAssets('v1.34.1');
    expect(await resolve({ env: { KUBEBUILDER_ASSETS: assets } })).toEqual({
      version: 'v1.34.1',
      etcd: join(assets, 'etcd'),
      apiServer: join(assets, 'kube-apiserver'),
      kubectl: join(assets, 'kubectl'),
      controllerManager: undefined,
    });
    expect(lines).toEqual([]);
  });

  test('does not stand for another version than the one asked for', async () => {
    fillCache();
    const found = await resolve({ version: '1.36', env: { KUBEBUILDER_ASSETS: givenAssets('v1.34.1') } });
    expect(found.apiServer).toBe(join(cache, kubernetesFolder, 'kube-apiserver'));
    expect(lines).toEqual(['KUBEBUILDER_ASSETS holds Kubernetes v1.34.1, not 1.36: looking elsewhere']);
  });

  test('that lacks a binary is left for the whole component: versions are never mixed', async () => {
    fillCache();
    const assets = givenAssets('v1.34.1');
    const found = await resolve({ controllerManager: true, env: { KUBEBUILDER_ASSETS: assets } });
    expect(found).toEqual({
      version: 'v1.36.3',
      etcd: join(assets, 'etcd'),
      apiServer: join(cache, kubernetesFolder, 'kube-apiserver'),
      kubectl: join(cache, kubernetesFolder, 'kubectl'),
      controllerManager: join(cache, kubernetesFolder, 'kube-controller-manager'),
    });
    expect(lines).toEqual([`KUBEBUILDER_ASSETS=${assets} has no kube-controller-manager: looking elsewhere`]);
  });
});

describe('the cache', () => {
  test('is used without asking anybody', async () => {
    fillCache();
    const found = await resolve({ controllerManager: true });
    expect(found.etcd).toBe(join(cache, etcdFolder, 'etcd'));
    expect(found.controllerManager).toBe(join(cache, kubernetesFolder, 'kube-controller-manager'));
    expect([requests, lines]).toEqual([[], []]);
  });

  test('is in ~/.cache where XDG_CACHE_HOME is not set', async () => {
    fillCache();
    mkdirSync(join(folder, 'home'));
    execFileSync('mv', [join(folder, 'cache'), join(folder, 'home', '.cache')]);
    const found = await resolve({ env: { XDG_CACHE_HOME: '', HOME: join(folder, 'home') } });
    expect(found.kubectl).toBe(join(folder, 'home', '.cache', 'tke', 'envtest', kubernetesFolder, 'kubectl'));
  });

  test('folder that lacks a binary is made anew', async () => {
    fillCache();
    publish();
    rmSync(join(cache, kubernetesFolder, 'kubectl'));
    const found = await resolve();
    expect(readFileSync(found.kubectl, 'utf8')).toContain('official kubectl');
  });

  test('loses what a killed process left half done', async () => {
    publish();
    mkdirSync(join(cache, `${kubernetesFolder}.partial-dead`), { recursive: true });
    await resolve();
    expect(readdirSync(cache).sort()).toEqual([etcdFolder, kubernetesFolder].sort());
  });
});

describe('the official download', () => {
  test('is verified, cached and told', async () => {
    publish();
    const found = await resolve({ controllerManager: true });
    for (const path of [found.etcd, found.apiServer, found.kubectl, found.controllerManager ?? '']) {
      expect(readFileSync(path, 'utf8')).toContain('official');
      expect(statSync(path).mode & 0o111).toBe(0o111);
    }
    expect(readdirSync(join(cache, etcdFolder))).toEqual(['etcd']);
    expect(lines).toContainEqual(expect.stringMatching(/^downloading http.*kube-apiserver \.\.\.$/));
    const before = requests.length;
    await resolve();
    expect(requests).toHaveLength(before);
  });

  test('is shared by two that ask at once', async () => {
    publish();
    const waits = 'another process prepares etcd v3.6.8: waiting for it';
    const sums = `${etcdReleases}/v3.6.8/SHA256SUMS`;
    const content = site.get(sums) as Buffer;
    // The first has not finished before the second has come.
    const answer = async (response: ServerResponse) => {
      while (!lines.includes(waits)) {
        await nextTurn();
      }
      response.end(content);
    };
    site.set(sums, (response) => void answer(response));
    const [first, second] = await Promise.all([resolve(), resolve()]);
    expect(first).toEqual(second);
    expect(requests.filter((path) => path.endsWith('.tar.gz'))).toHaveLength(1);
  });

  test('tells how far it is while it takes long', async () => {
    publish();
    const path = `/k8s/v1.36.3/bin/linux/${arch}/kubectl`;
    const content = Buffer.alloc(3e6);
    site.set(path, content).set(`${path}.sha256`, Buffer.from(createHash('sha256').update(content).digest('hex')));
    let now = 0;
    await resolve({ clock: { ...systemClock, monotonic: () => (now += 6_000) } });
    expect(lines).toContainEqual(expect.stringMatching(/^downloading http.*kubectl: \d MB of 3 MB, \d+ s$/));
    expect(lines).toContainEqual(expect.stringMatching(/^downloading http.*kubectl: done in \d+ s$/));
  });

  test('with a wrong checksum is never used', async () => {
    publish();
    installGo();
    site.set(`/k8s/v1.36.3/bin/linux/${arch}/kubectl`, Buffer.from('#!/bin/sh\necho changed on the way\n'));
    const found = await resolve();
    expect(readFileSync(found.kubectl, 'utf8')).toBe('#!/bin/sh\n');
    expect(lines).toContainEqual(expect.stringMatching(/^no download of kubernetes v1.36.3: .*kubectl has SHA-256/));
  });

  test('that gives no answer in five seconds is given up', async () => {
    installGo();
    const clock = new FakeClock();
    const hang = () => undefined;
    site
      .set(`${etcdReleases}/v3.6.8/SHA256SUMS`, hang)
      .set(`/k8s/v1.36.3/bin/linux/${arch}/kube-apiserver.sha256`, hang);
    const resolving = resolve({ clock });
    for (const sites of [1, 2]) {
      while (requests.length < sites) {
        await nextTurn();
      }
      await clock.advance(5_000);
    }
    await resolving;
    expect(lines).toContainEqual(expect.stringMatching(/SHA256SUMS: nothing came for 5 s$/));
  });

  test('that stalls for thirty seconds is given up', async () => {
    publish();
    installGo();
    const clock = new FakeClock();
    const path = `/k8s/v1.36.3/bin/linux/${arch}/kube-apiserver`;
    site.set(path, (response) => void response.writeHead(200, { 'content-length': 1000 }).write('#!/bin/sh'));
    const resolving = resolve({ clock });
    while (!lines.some((line) => line.startsWith('downloading') && line.includes('kube-apiserver'))) {
      await nextTurn();
    }
    await clock.advance(30_000);
    expect((await resolving).version).toBe('v1.36.3');
    expect(lines).toContainEqual(expect.stringMatching(/kube-apiserver: nothing came for 30 s$/));
  });

  test('ends when the caller gives up, and leaves nothing', async () => {
    const begun = Promise.withResolvers<undefined>();
    site.set(`${etcdReleases}/v3.6.8/SHA256SUMS`, () => begun.resolve(undefined));
    const caller = new AbortController();
    const resolving = resolve({ signal: caller.signal });
    await begun.promise;
    caller.abort(new Error('the caller gave up'));
    await expect(resolving).rejects.toThrow('the caller gave up');
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe('the build with Go', () => {
  beforeEach(() => {
    // Nobody listens there, or ever will.
    sites = { kubernetes: 'http://127.0.0.1:2/k8s', github: 'http://127.0.0.1:2' };
  });

  test('follows a refused download at once', async () => {
    const record = installGo('echo "go: downloading example v1" >&2; echo "#!/bin/sh" > "$out"; /bin/chmod +x "$out"');
    const found = await resolve({ version: '1.32' });
    expect(found.apiServer).toBe(join(cache, `kubernetes-v1.32.2-linux-${arch}`, 'kube-apiserver'));
    const calls = readFileSync(record, 'utf8').trim().split('\n');
    expect(calls).toHaveLength(4);
    expect(calls[0]).toMatch(/binaries\/etcd-3\.6 CGO_ENABLED=0 build .*-trimpath .*go\.etcd\.io\/etcd\/server\/v3$/);
    expect(calls[1]).toMatch(
      /binaries\/kubernetes-1\.32 CGO_ENABLED=0 build .* k8s\.io\/kubernetes\/cmd\/kube-apiserver$/,
    );
    expect(calls[1]).toContain('-X k8s.io/component-base/version.gitVersion=v1.32.2');
    expect(lines).toContainEqual(expect.stringContaining('ECONNREFUSED'));
    expect(lines).toContainEqual(expect.stringMatching(/^building kubernetes v1\.32\.2 with Go .*: done in/));
  });

  test('says what to do where there is no Go', async () => {
    await expect(resolve()).rejects.toMatchObject({
      code: 'GoMissing',
      remedy: expect.stringContaining('KUBEBUILDER_ASSETS'),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  test('that fails shows what Go said', async () => {
    installGo('echo "cannot find module" >&2; exit 1');
    await expect(resolve()).rejects.toThrow(/failed:\ncannot find module/);
  });
});
