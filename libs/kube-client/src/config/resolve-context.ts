import { isAbsolute, join } from 'node:path';

import type { ExecPlugin } from '../credentials/exec-credentials.ts';
import type { StoredCredentialsLocation } from '../credentials/stored-credentials.ts';
import type { ValueLocation } from '../credentials/stored-value.ts';
import { KubeTransportError } from '../errors.ts';
import type { Impersonation } from '../transport/impersonating.ts';
import type { ClusterConfig, UserConfig } from './cluster-config.ts';
import type { ClusterEntry, ExecEntry, Kubeconfig, Located, UserEntry } from './kubeconfig.ts';

function invalid(config: Kubeconfig, message: string): KubeTransportError {
  return new KubeTransportError('InvalidConfiguration', `${config.origin}: ${message}`);
}

/** Inline data (base64) goes before a file, as in client-go. */
function pemLocation(data: string | undefined, file: string | undefined, folder: string): ValueLocation | undefined {
  if (data) {
    return { text: Buffer.from(data, 'base64').toString('utf8') };
  }
  return file ? { path: absolute(folder, file) } : undefined;
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function serverOf(config: Kubeconfig, name: string, server: string | undefined): URL {
  const url = server === undefined ? null : URL.parse(server);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw invalid(config, `cluster ${name}: server must be an http or https URL, not ${JSON.stringify(server)}`);
  }
  return url;
}

function proxyOf(config: Kubeconfig, name: string, proxy: string | undefined): string | undefined {
  if (!proxy) {
    return undefined;
  }
  const protocol = URL.parse(proxy)?.protocol;
  if (protocol === undefined || !['http:', 'https:', 'socks5:'].includes(protocol)) {
    // The URL may carry a password.
    throw invalid(config, `cluster ${name}: proxy-url must be an http, https or socks5 URL`);
  }
  return proxy;
}

function execPlugin(exec: ExecEntry, folder: string, cluster: Located<ClusterEntry>): ExecPlugin | undefined {
  const { apiVersion, command } = exec;
  if (!apiVersion || !command) {
    return undefined;
  }
  return {
    apiVersion,
    // A bare name is looked up in $PATH; a path is relative to the kubeconfig, as in client-go.
    command: command.includes('/') ? absolute(folder, command) : command,
    args: exec.args ?? [],
    env: Object.fromEntries((exec.env ?? []).map((variable) => [variable.name, variable.value])),
    ...(exec.installHint === undefined ? {} : { installHint: exec.installHint }),
    ...(exec.provideClusterInfo ? { cluster: execCluster(cluster) } : {}),
  };
}

/** client.authentication.k8s.io Cluster. */
function execCluster({ entry }: Located<ClusterEntry>): object {
  return {
    server: entry.server,
    'tls-server-name': entry['tls-server-name'],
    'insecure-skip-tls-verify': entry['insecure-skip-tls-verify'],
    'certificate-authority-data': entry['certificate-authority-data'],
    'proxy-url': entry['proxy-url'],
  };
}

function storedCredentials({ entry, folder }: Located<UserEntry>): StoredCredentialsLocation {
  const cert = pemLocation(entry['client-certificate-data'], entry['client-certificate'], folder);
  const key = pemLocation(entry['client-key-data'], entry['client-key'], folder);
  const token: ValueLocation | undefined = entry.tokenFile
    ? { path: absolute(folder, entry.tokenFile) }
    : entry.token
      ? { text: entry.token }
      : undefined;
  return {
    ...(token && { token }),
    ...(cert && key && { certificate: { cert, key } }),
    ...(entry.username && { basic: { username: entry.username, password: entry.password ?? '' } }),
  };
}

function userConfig(config: Kubeconfig, name: string | undefined, cluster: Located<ClusterEntry>): UserConfig {
  const user = name ? config.users.get(name) : { entry: {}, folder: cluster.folder };
  if (user === undefined) {
    throw invalid(config, `there is no user ${JSON.stringify(name)}`);
  }
  const { exec, 'auth-provider': provider } = user.entry;
  if (exec) {
    const plugin = execPlugin(exec, user.folder, cluster);
    if (plugin === undefined) {
      throw invalid(config, `user ${name ?? ''}: exec needs apiVersion and command`);
    }
    return { type: 'exec', plugin };
  }
  if (provider) {
    return { type: 'auth-provider', provider: { name: provider.name, config: provider.config ?? {} } };
  }
  return { type: 'stored', ...storedCredentials(user) };
}

function impersonation(config: Kubeconfig, name: string | undefined): Impersonation | undefined {
  const {
    as: user,
    'as-uid': uid,
    'as-groups': groups,
    'as-user-extra': extra,
  } = config.users.get(name ?? '')?.entry ?? {};
  if (!user) {
    // As client-go: what was meant to limit the credential must not leave it with all its rights.
    if (uid || groups || extra) {
      throw invalid(config, `user ${name ?? ''}: as-uid, as-groups and as-user-extra need as`);
    }
    return undefined;
  }
  return { user, ...(uid && { uid }), ...(groups && { groups }), ...(extra && { extra }) };
}

function clusterOf(config: Kubeconfig, context: string): Located<ClusterEntry> {
  const entry = config.contexts.get(context)?.entry;
  if (entry === undefined) {
    throw invalid(config, `there is no context ${JSON.stringify(context)}`);
  }
  const cluster = config.clusters.get(entry.cluster ?? '');
  if (cluster === undefined) {
    throw invalid(config, `context ${context}: there is no cluster ${JSON.stringify(entry.cluster)}`);
  }
  return cluster;
}

/** What a context means. Throws `InvalidConfiguration`, naming file, entry and field. */
export function resolveContext(config: Kubeconfig, context = config.currentContext): ClusterConfig {
  if (context === undefined) {
    throw invalid(config, 'current-context is not set and no context was asked for');
  }
  const cluster = clusterOf(config, context);
  const { cluster: name = '', user } = config.contexts.get(context)?.entry ?? {};
  const { entry, folder } = cluster;
  const ca = pemLocation(entry['certificate-authority-data'], entry['certificate-authority'], folder);
  const proxyUrl = proxyOf(config, name, entry['proxy-url']);
  const impersonate = impersonation(config, user);
  return {
    server: serverOf(config, name, entry.server),
    ...(ca && { ca }),
    ...(entry['tls-server-name'] && { serverName: entry['tls-server-name'] }),
    insecureSkipVerify: entry['insecure-skip-tls-verify'] === true,
    ...(proxyUrl && { proxyUrl }),
    user: userConfig(config, user, cluster),
    ...(impersonate && { impersonate }),
  };
}
