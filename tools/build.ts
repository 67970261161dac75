// Bundles both apps and the kubectl plugin into one file each. CommonJS output starts faster and is smaller than an ESM bundle.
import { build, type BuildOptions } from 'esbuild';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

export const apps = ['manager', 'authz-webhook'] as const;
export type App = (typeof apps)[number];

export function bundlePath(app: App): string {
  return join(root, 'apps', app, 'dist', 'main.cjs');
}

/** One executable file: kubectl finds it by its name on PATH. */
export const pluginPath = join(root, 'apps', 'kubectl-tke', 'dist', 'kubectl-tke');

// The plugin runs on the Node of whoever uses it.
const nodeCheck = `if (parseInt(process.versions.node, 10) < 24) {
  process.stderr.write('error: kubectl-tke needs Node.js 24 or newer, this is ' + process.version + '\\n');
  process.exit(2);
}`;

export function bundle(app: App): Promise<void> {
  return bundleTo(bundlePath(app), app);
}

export async function bundlePlugin(): Promise<void> {
  await bundleTo(pluginPath, 'kubectl-tke', {
    // Syntax that an older Node reads too, or it would not come to the line that says what is wrong.
    target: 'node20',
    banner: { js: `#!/usr/bin/env node\n${nodeCheck}` },
    // Nothing beside the file: kubectl takes all that is called kubectl-* for plugins.
    sourcemap: false,
    legalComments: 'eof',
  });
  // Without an extension the nearest package.json says what the file is, and the workspace's says ESM.
  replace(join(dirname(pluginPath), 'package.json'), '{"type":"commonjs"}\n');
}

async function bundleTo(outfile: string, app: App | 'kubectl-tke', options: BuildOptions = {}): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [join(root, 'apps', app, 'src', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    minify: true,
    // Class names are part of log lines and metrics.
    keepNames: true,
    sourcemap: 'external',
    legalComments: 'external',
    external: ['*.node', 'cpu-features'],
    logLevel: 'warning',
    // CommonJS has no import.meta; undici and winston look at it only to find their own files.
    logOverride: { 'empty-import-meta': 'silent' },
    ...options,
    write: false,
  });
  for (const { path, contents } of outputFiles) {
    replace(path, contents, path === pluginPath ? 0o755 : 0o644);
  }
}

/** Whoever starts the program meanwhile, a test beside this one for instance, reads the one before or this one whole. */
function replace(path: string, contents: string | Uint8Array, mode = 0o644): void {
  const written = `${path}.${process.pid}`;
  writeFileSync(written, contents, { mode });
  renameSync(written, path);
}

if (import.meta.main) {
  await Promise.all([...apps.map(bundle), bundlePlugin()]);
}
