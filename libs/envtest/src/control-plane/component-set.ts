import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { dump } from 'js-yaml';

import { issueCertificate } from '@tke/pki';
import type { Clock } from '@tke/time';

import type { Binaries } from '../binaries/resolve.ts';
import type { Launcher } from '../process/launcher.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { Component, type ComponentSpec } from './component.ts';
import type { Layout } from './layout.ts';
import type { ConfigObject, ControlPlaneOptions } from './options.ts';
import type { ChosenPorts } from './ports.ts';
import { apiServer, controllerManager, etcdServer } from './servers.ts';

/** The servers of one control plane. */
export interface ComponentSet {
  readonly etcd: Component;
  readonly apiServer: Component;
  readonly controllerManager: Component | undefined;
}

export interface Surroundings {
  readonly options: ControlPlaneOptions;
  readonly binaries: Binaries;
  readonly layout: Layout;
  readonly logDir: string;
  readonly auditLogPath: string;
  readonly ports: ChosenPorts;
  readonly access: ClusterAccess;
  readonly launcher: Launcher;
  readonly clock: Clock;
}

/** Writes the configuration files and describes the servers that read them. */
export async function componentSet(surroundings: Surroundings): Promise<ComponentSet> {
  const { access, binaries, clock, launcher, layout, logDir, options, ports } = surroundings;
  await mkdir(layout.config, { recursive: true, mode: 0o700 });
  const { ca } = access.pki;
  const [commonName, organizations] = ['readiness-probe', ['system:masters']];
  const administrator = await issueCertificate({ ca, commonName, organizations, usages: ['client'], clock });
  const flags = await apiServerFlags(surroundings);
  const component = (spec: ComponentSpec) => new Component(spec, launcher, clock);
  const common = { layout, logDir, caPem: ca.certPem };
  const { apiServer: command, controllerManager: managerCommand } = binaries;
  return {
    etcd: component(etcdServer({ command: binaries.etcd, layout, logDir, durable: options.durable ?? false })),
    apiServer: component(apiServer({ ...common, command, port: ports.apiServer, administrator, flags })),
    controllerManager:
      managerCommand === undefined
        ? undefined
        : component(
            controllerManager({
              ...common,
              command: managerCommand,
              port: ports.controllerManager,
              kubeconfigPath: await access.user('system:kube-controller-manager', { groups: ['system:masters'] }),
            }),
          ),
  };
}

async function apiServerFlags({ options, layout, auditLogPath }: Surroundings): Promise<string[]> {
  const { authorizationConfig, auditPolicy, controllerManager: managed = false, apiServerFlags = [] } = options;
  const write = async (name: string, object: ConfigObject) => {
    const path = join(layout.config, name);
    await writeFile(path, dump(object), { mode: 0o600 });
    return path;
  };
  return [
    authorizationConfig === undefined
      ? '--authorization-mode=RBAC'
      : `--authorization-config=${await write('authorization.yaml', authorizationConfig)}`,
    ...(auditPolicy === undefined
      ? []
      : [`--audit-policy-file=${await write('audit-policy.yaml', auditPolicy)}`, `--audit-log-path=${auditLogPath}`]),
    // Nobody else makes the service accounts that the plugin demands of every pod.
    ...(managed ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ...apiServerFlags,
  ];
}
