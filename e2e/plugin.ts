import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { text } from 'node:stream/consumers';

import { pluginPath } from '../tools/build.ts';

export interface PluginRun {
  readonly kubectlPath: string;
  readonly kubeconfig: string;
  /** Of the user, and where it runs. */
  readonly folder: string;
  /** Default: nothing. */
  readonly input?: string;
}

/** `kubectl tke ...`, found by kubectl on PATH. `bundlePlugin` must have built it. Not by `hub.kubectl`: kubectl takes no flags before the name of a plugin. */
export async function runPlugin(
  args: readonly string[],
  { kubectlPath, kubeconfig, folder, input = '' }: PluginRun,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  // The plugin runs on the Node that PATH has first.
  const path = [dirname(pluginPath), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  const env = { PATH: path, HOME: folder, KUBECONFIG: kubeconfig };
  const child = execFile(kubectlPath, ['tke', ...args], { env, cwd: folder });
  child.stdin?.end(input);
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout!), text(child.stderr!), ended]);
  return { stdout, stderr, code };
}
