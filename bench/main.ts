// make bench: figures of our runtime beside those of the same work done otherwise, on the same apiserver, in one run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';

import { ControlPlane } from '@tke/envtest';
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';

import { readyFigures } from './authz-server/ready.ts';
import { reportServer } from './authz-server/report.ts';
import { reportAuthorization } from './authz/report.ts';
import { countSockets } from './sockets.ts';
import { fillItems, fillRules, installKinds } from './fill.ts';
import { printTable, type Figures } from './table.ts';

const here = import.meta.dirname;

/** Runs a program that prints one JSON line of figures. */
function figuresOf(command: string, args: readonly string[]): Figures {
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(output) as Figures;
}

function buildGo(folder: string): void {
  execFileSync('go', ['build', '-o', folder, './...'], {
    cwd: join(here, 'go'),
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  });
}

/** Bundled as the apps are, so that what is measured is what is shipped. */
async function bundleNode(folder: string): Promise<(name: string) => readonly string[]> {
  const names = ['informer', 'paged-list', 'reconcile'];
  await build({
    entryPoints: names.map((name) => join(here, 'node', `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node26',
    minify: true,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return (name) => ['--expose-gc', '--max-semi-space-size=16', join(folder, `${name}.mjs`)];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rules: { type: 'string', default: '100000' }, items: { type: 'string', default: '10000' } },
  });
  const [rules, items] = [Number(values.rules), Number(values.items)];
  reportAuthorization([1_000, 10_000, 100_000, 1_000_000]);
  await reportServer({ rules, churn: 100, seconds: 4, rounds: 5, protocols: ['http/1.1', 'h2'] });
  const folder = mkdtempSync(join(tmpdir(), 'tke-bench-'));
  const controlPlane = await ControlPlane.start();
  try {
    buildGo(folder);
    const node = await bundleNode(folder);
    const kubeconfig = controlPlane.kubeconfigPath;
    const client = await connect({ kubeconfig, userAgent: 'bench', logger: discardLogger });
    await installKinds(controlPlane);
    process.stdout.write(`sockets opened by 100 GETs one after another: ${await countSockets(kubeconfig, 100)}\n`);

    await fillRules(client, rules);
    printTable(`sync of ${rules} Rules`, {
      'informer, here': figuresOf(process.execPath, [...node('informer'), kubeconfig]),
      'bare paged list, Node': figuresOf(process.execPath, [...node('paged-list'), kubeconfig]),
      'informer, Go': figuresOf(join(folder, 'informer'), ['-kubeconfig', kubeconfig]),
    });

    printTable(`authz-webhook, from start to ready with ${rules} Rules`, {
      'authz-webhook': await readyFigures(controlPlane),
      'bare paged list, Node': figuresOf(process.execPath, [...node('paged-list'), kubeconfig]),
    });

    await fillItems(client, items);
    const here10 = figuresOf(process.execPath, [...node('reconcile'), kubeconfig, String(items)]);
    await fillItems(client, items);
    const go10 = figuresOf(join(folder, 'reconcile'), ['-kubeconfig', kubeconfig, '-total', String(items)]);
    printTable(`${items} status patches, 10 workers`, { 'controller, here': here10, 'controller-runtime, Go': go10 });
    await client.close();
  } finally {
    await controlPlane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
