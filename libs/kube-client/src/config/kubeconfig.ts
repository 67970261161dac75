import { load } from 'js-yaml';

import { errorMessage } from '@tke/errors';

import { KubeTransportError } from '../errors.ts';

export interface ClusterEntry {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'proxy-url'?: string;
}

export interface ExecEntry {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

export interface UserEntry {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
  readonly exec?: ExecEntry;
  readonly 'auth-provider'?: { readonly name: string; readonly config?: Readonly<Record<string, string>> | null };
}

export interface ContextEntry {
  readonly cluster?: string;
  readonly user?: string;
}

/** An entry, and the folder of the file it stands in: its paths are relative to that. */
export interface Located<T> {
  readonly entry: T;
  readonly folder: string;
}

/** The entries of one or several kubeconfig files by name. */
export interface Kubeconfig {
  /** The files, for messages. */
  readonly origin: string;
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Located<ClusterEntry>>;
  readonly users: ReadonlyMap<string, Located<UserEntry>>;
  readonly contexts: ReadonlyMap<string, Located<ContextEntry>>;
}

function entriesOf<T>(document: object, list: string, item: string, file: KubeconfigFile): [string, Located<T>][] {
  const values = (document as Record<string, unknown>)[list] ?? [];
  if (!Array.isArray(values)) {
    throw new KubeTransportError('InvalidConfiguration', `${file.path}: ${list} must be a list`);
  }
  return values.map((value: Record<string, unknown> | null, index) => {
    const name = value?.name;
    if (typeof name !== 'string' || name === '') {
      throw new KubeTransportError('InvalidConfiguration', `${file.path}: ${list}[${index}].name must be a string`);
    }
    return [name, { entry: (value?.[item] ?? {}) as T, folder: file.folder }];
  });
}

export interface KubeconfigFile {
  readonly path: string;
  readonly folder: string;
}

/** YAML or JSON. Throws `InvalidConfiguration`. */
export function parseKubeconfigText(text: string, file: KubeconfigFile): Kubeconfig {
  let document: unknown;
  try {
    document = load(text);
  } catch (cause) {
    // A YAML error quotes the lines around it, which may hold a key: its first line says what and where, names in quotes aside.
    const [reason = ''] = errorMessage(cause).split('\n');
    throw new KubeTransportError('InvalidConfiguration', `${file.path}: ${reason.replace(/["<].*[">]/, '…')}`);
  }
  return parseKubeconfig(document, file);
}

function parseKubeconfig(document: unknown, file: KubeconfigFile): Kubeconfig {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new KubeTransportError('InvalidConfiguration', `${file.path}: not a kubeconfig, a mapping is expected`);
  }
  const current: unknown = (document as Record<string, unknown>)['current-context'];
  return {
    origin: file.path,
    currentContext: typeof current === 'string' && current !== '' ? current : undefined,
    clusters: new Map(entriesOf<ClusterEntry>(document, 'clusters', 'cluster', file)),
    users: new Map(entriesOf<UserEntry>(document, 'users', 'user', file)),
    contexts: new Map(entriesOf<ContextEntry>(document, 'contexts', 'context', file)),
  };
}

/** The first file that sets a value or names an entry wins, as kubectl merges $KUBECONFIG. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const merged = <T>(pick: (config: Kubeconfig) => ReadonlyMap<string, T>) =>
    new Map(configs.toReversed().flatMap((config) => [...pick(config)]));
  return {
    origin: configs.map(({ origin }) => origin).join(', '),
    currentContext: configs.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
    clusters: merged((config) => config.clusters),
    users: merged((config) => config.users),
    contexts: merged((config) => config.contexts),
  };
}
