import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { systemClock } from '@tke/time';

import { cached, type CacheOptions } from './cache.ts';
import type { Download } from './download.ts';
import type { GoBuild, ReleaseComponent } from './release-component.ts';

jest.setTimeout(60_000);

let folder: string;
let server: Server;
let site: string;
let requests: string[];
/** What the site has, by path. */
let published: Map<string, Buffer>;
let lines: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tke-cache-'));
  [requests, published, lines] = [[], new Map(), []];
  server = createServer(({ url = '' }, response) => {
    requests.push(url);
    response.statusCode = published.has(url) ? 200 : 404;
    response.end(published.get(url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function options(): CacheOptions {
  return {
    root: join(folder, 'cache'),
    arch: 'arm64',
    sites: { kubernetes: site, github: site },
    clock: systemClock,
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
    report: (line) => lines.push(line),
  };
}

function component(
  binaries: readonly string[],
  files: readonly Download[],
  build: Partial<GoBuild> = {},
): ReleaseComponent {
  const packages = Object.fromEntries(binaries.map((name) => [name, `example.org/${name}`]));
  return {
    name: 'tools',
    version: 'v1.2.3',
    binaries,
    downloads: () => files,
    build: { folder, packages, ...build },
  };
}

function publish(path: string, content: Buffer): string {
  published.set(path, content);
  return createHash('sha256').update(content).digest('hex');
}

function archive(files: Readonly<Record<string, string>>): Buffer {
  const source = mkdtempSync(join(folder, 'archive-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(source, path, '..'), { recursive: true });
    writeFileSync(join(source, path), content);
  }
  return execFileSync('tar', ['-czC', source, ...Object.keys(files)]);
}

/** A `go` that writes its arguments and settings to the file it is to build. */
function installGo(): void {
  mkdirSync(join(folder, 'bin'));
  const find = 'for word; do [ "$last" = -o ] && out=$word; last=$word; done';
  const script = `${find}\necho "CGO_ENABLED=$CGO_ENABLED GOARCH=$GOARCH $*" > "$out"; chmod +x "$out"\n`;
  writeFileSync(join(folder, 'bin', 'go'), `#!/bin/sh\n${script}`);
  chmodSync(join(folder, 'bin', 'go'), 0o755);
}

describe('a release', () => {
  test('may be an archive, of which just the programs are kept, under their names', async () => {
    const content = archive({ './one': 'first', './lib/two-v1': 'second', './README': 'text' });
    publish('/tools.tgz.sha256', Buffer.from(publish('/tools.tgz', content)));
    const members = { one: './one', two: './lib/two-v1' };
    const url = `${site}/tools.tgz`;
    const found = await cached(
      component(['one', 'two'], [{ kind: 'archive', url, sums: `${url}.sha256`, members }]),
      options(),
    );
    expect(found).toBe(join(folder, 'cache', 'tools-v1.2.3-linux-arm64'));
    expect(readdirSync(found).sort()).toEqual(['one', 'two']);
    expect(readFileSync(join(found, 'two'), 'utf8')).toBe('second');
    expect(statSync(join(found, 'two')).mode & 0o111).not.toBe(0);
  });

  test.each([
    ['alone', (sum: string) => sum],
    ['alone on a line', (sum: string) => `${sum}\n`],
    ['with its name', (sum: string) => `${sum}  tool.arm64\n`],
    ['with its name as a binary file', (sum: string) => `${sum} *tool.arm64\n`],
    ['with its path', (sum: string) => `${sum}  ./release/tool.arm64\n`],
    [
      'in a list',
      (sum: string) => `${'0'.repeat(64)}  tool.amd64\n${sum}  tool.arm64\n${'1'.repeat(64)}  x-tool.arm64\n`,
    ],
  ])('may give its checksum %s', async (_, text) => {
    const sum = publish('/tool.arm64', Buffer.from('a program'));
    publish('/sums', Buffer.from(text(sum)));
    const file: Download = { kind: 'file', url: `${site}/tool.arm64`, sums: `${site}/sums`, binary: 'tool' };
    const found = await cached(component(['tool'], [file]), options());
    expect(readFileSync(join(found, 'tool'), 'utf8')).toBe('a program');
  });

  test('whose list of checksums lacks the file is not used', async () => {
    installGo();
    const sum = publish('/tool.arm64', Buffer.from('a program'));
    publish('/sums', Buffer.from(`${sum}  tool.amd64\n`));
    const file: Download = { kind: 'file', url: `${site}/tool.arm64`, sums: `${site}/sums`, binary: 'tool' };
    const found = await cached(component(['tool'], [file]), options());
    expect(readFileSync(join(found, 'tool'), 'utf8')).toContain('build');
    expect(lines.join('\n')).toContain(`${site}/sums has no checksum of tool.arm64`);
  });
});

describe('what the cache lacks', () => {
  function file(binary: string): Download {
    publish(`/${binary}.sha256`, Buffer.from(publish(`/${binary}`, Buffer.from(`new ${binary}`))));
    return { kind: 'file', url: `${site}/${binary}`, sums: `${site}/${binary}.sha256`, binary };
  }

  function present(): string {
    const held = join(folder, 'cache', 'tools-v1.2.3-linux-arm64');
    mkdirSync(held, { recursive: true });
    writeFileSync(join(held, 'one'), 'old one', { mode: 0o755 });
    return held;
  }

  test('is downloaded, and nothing else', async () => {
    const held = present();
    await cached(component(['one', 'two'], [file('one'), file('two')]), options());
    expect(requests).toEqual(['/two.sha256', '/two']);
    expect(readFileSync(join(held, 'one'), 'utf8')).toBe('old one');
    expect(readFileSync(join(held, 'two'), 'utf8')).toBe('new two');
    expect(readdirSync(join(folder, 'cache'))).toEqual(['tools-v1.2.3-linux-arm64']);
  });

  test('is built, and nothing else', async () => {
    const held = present();
    installGo();
    const gone: Download = { kind: 'file', url: `${site}/none`, sums: `${site}/none`, binary: 'two' };
    await cached(component(['one', 'two'], [gone]), options());
    expect(readFileSync(join(held, 'one'), 'utf8')).toBe('old one');
    expect(readFileSync(join(held, 'two'), 'utf8')).toMatch(
      /^CGO_ENABLED=0 GOARCH=arm64 .*-s -w .*example\.org\/two$/m,
    );
  });
});

test('a program that is partly C is linked statically, with its tags', async () => {
  installGo();
  const gone: Download = { kind: 'file', url: `${site}/none`, sums: `${site}/none`, binary: 'tool' };
  const found = await cached(component(['tool'], [gone], { cgoTags: ['seccomp'] }), options());
  const call = readFileSync(join(found, 'tool'), 'utf8');
  expect(call).toContain('CGO_ENABLED=1');
  expect(call).toContain('-tags seccomp,netgo,osusergo');
  expect(call).toContain('-linkmode external -extldflags -static');
});
