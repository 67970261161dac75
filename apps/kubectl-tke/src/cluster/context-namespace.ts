import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { load } from 'js-yaml';

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name?: string; readonly context?: { readonly namespace?: string } }[];
}

export interface ContextSelection {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The namespace of the context, or `default`. The files were read once to connect, which says what is wrong with them; of
 * several the first that names something counts, as in kubectl.
 */
export async function contextNamespace({ kubeconfig, context }: ContextSelection): Promise<string> {
  const files = await Promise.all(pathsOf(kubeconfig).map(async (path) => load(await readFile(path, 'utf8'))));
  const configs = files as readonly Kubeconfig[];
  const current = context ?? configs.map((config) => config['current-context']).find(Boolean);
  const entries = configs.flatMap(({ contexts }) => contexts ?? []);
  const namespace = entries.find(({ name }) => name === current)?.context?.namespace;
  return namespace === undefined || namespace === '' ? 'default' : namespace;
}

function pathsOf(kubeconfig: string | undefined): readonly string[] {
  if (kubeconfig !== undefined) {
    return [kubeconfig];
  }
  const listed = process.env.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [];
  return (listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]).filter((path) => existsSync(path));
}
