import type { Attempt, Step, Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { bridgeConflist } from '../../network/bridge-conflist.ts';
import { ownNetworkNames } from '../../network/built-in-network.ts';
import { given } from '../../network/given.ts';
import { networkScript } from '../../network/network-script.ts';
import { networkUnits } from '../../network/network-units.ts';
import { deviceOf } from '../../network/node-addresses.ts';
import {
  conflistPath,
  networkFolder,
  networkScriptPath,
  networkTimer,
  networkUnit,
  unitPath,
} from '../../network/paths.ts';
import { findNode } from '../node/find-node.ts';
import { nodeAt } from '../node/targets.ts';
import { withMember } from '../node/with-member.ts';
import { everyNode } from '../host/targets.ts';

/** What a reset takes away. */
export const ownedPaths: readonly string[] = [networkFolder, conflistPath, ...Object.keys(networkUnits).map(unitPath)];

const folderMode = 0o755;
const fileMode = 0o644;

/**
 * Connects the pods of each host of the plan: bridge, masquerading, forwarding, and units of systemd that do it again
 * after a reboot. Needs the blocks that the controller manager gives to nodes.
 */
export const ensureNetwork: Step<BuildScope> = {
  name: 'EnsureNetwork',
  skippedBy: ownNetworkNames,
  targets: everyNode,
  async run(scope, attempt) {
    const found = await podCidrsOf(scope, attempt);
    if ('message' in found) {
      return found;
    }
    const session = await scope.session(attempt.target);
    await setUp(session, scope);
    // Last: with it the kubelet says that the node is ready.
    const { podCidrs } = found;
    const conflist = bridgeConflist({ podCidrs, mtu: await mtuOf(session, scope) });
    await session.write(conflistPath, conflist, { mode: fileMode, parents: folderMode });
    return undefined;
  },
};

function podCidrsOf(
  scope: BuildScope,
  { target, signal }: Attempt,
): Promise<Waiting | { readonly podCidrs: readonly string[] }> {
  const { name } = nodeAt(scope, target);
  return withMember(scope, async (client) => {
    const podCidrs = (await findNode(client, name, signal))?.spec?.podCIDRs ?? [];
    return podCidrs.length < scope.network.podCidrs.length
      ? { message: `waiting for the controller manager to give node ${name} a block of addresses for pods` }
      : { podCidrs };
  });
}

async function setUp(session: HostSession, { cluster, network: { podCidrs } }: BuildScope): Promise<void> {
  const device = given(cluster.spec.networkDevice);
  const options = { mode: fileMode, parents: folderMode };
  await session.write(networkScriptPath, networkScript({ podCidrs, device }), options);
  for (const [unit, content] of Object.entries(networkUnits)) {
    await session.write(unitPath(unit), content, options);
  }
  // Not by systemctl start: it would not say what went wrong.
  await session.run(['sh', networkScriptPath]);
  await session.run(['systemctl', 'daemon-reload']);
  await session.run(['systemctl', 'enable', '--quiet', networkUnit]);
  await session.run(['systemctl', 'enable', '--quiet', '--now', networkTimer]);
}

/** Of the device that leads to the other hosts; undefined where the host does not say. */
async function mtuOf(session: HostSession, { cluster }: BuildScope): Promise<number | undefined> {
  const device = given(cluster.spec.networkDevice) ?? deviceOf(await session.facts(), session.ip);
  if (device === undefined) {
    return undefined;
  }
  const { stdout } = await session.run(['cat', `/sys/class/net/${device}/mtu`], { exitCodes: [0, 1] });
  const mtu = Number(stdout.trim());
  return Number.isInteger(mtu) && mtu > 0 ? mtu : undefined;
}
