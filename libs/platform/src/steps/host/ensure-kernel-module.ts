import type { Cluster } from '@tke/api-platform';
import type { HostFacts } from '@tke/host';
import type { DeepReadonly } from '@tke/meta';
import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { proxyMode } from '../../kubeadm/proxy-mode.ts';
import { hostStepErrors } from './errors.ts';
import { everyNode } from './targets.ts';

const modulesPath = '/etc/modules-load.d/tke.conf';

export const ownedPaths: readonly string[] = [modulesPath];

/** In the order they are loaded. */
export function wantedModules(cluster: DeepReadonly<Cluster>): readonly string[] {
  return [
    'overlay', // snapshots of containerd
    'br_netfilter', // pods of one host that talk to each other by a service: the bridge must show packets to netfilter
    'nf_conntrack',
    ...(proxyMode(cluster) === 'ipvs' ? ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'] : ['nf_tables']),
  ];
}

/** One file to load them after a reboot, and loads them now. What is not there is none of ours to complain of: preflight did. */
export const ensureKernelModule: Step<BuildScope> = {
  name: 'EnsureKernelModule',
  targets: everyNode,
  async run(scope, { target }) {
    const session = await scope.session(target);
    const { modules } = await session.facts();
    const available = wantedModules(scope.cluster).filter((module) => modules[module] !== 'absent');
    await session.write(modulesPath, `# Written by TKE.\n${available.join('\n')}\n`, { mode: 0o644, parents: 0o755 });
    for (const module of available.filter((each) => isLoadable(modules, each))) {
      const { exitCode, stderr } = await session.run(['modprobe', '--', module], { exitCodes: [0, 1] });
      if (exitCode !== 0) {
        throw hostStepErrors.KernelModuleNotLoaded(`${target}: kernel module ${module}: ${stderr.trim()}`);
      }
    }
    return undefined;
  },
};

/** What is built in, or loaded already, has no file that modprobe would find: it fails there. */
function isLoadable(modules: HostFacts['modules'], module: string): boolean {
  return modules[module] === 'loadable';
}
