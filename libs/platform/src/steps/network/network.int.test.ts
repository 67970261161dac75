import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';

import { nodeSpec } from '../../kubeadm/testing/inputs.ts';
import { applyRoutes } from '../../network/apply-routes.ts';
import { conflistPath, networkScriptPath, routesPath } from '../../network/paths.ts';
import { nodeKind, type Node } from '../node/node.ts';
import { anyIP, memberClient, registerNode } from '../testing/member.ts';
import { attemptAt, testScope } from '../testing/scope.ts';
import { ensureNetwork, ownedPaths } from './ensure-network.ts';
import { ensureNodeRoutes } from './ensure-node-routes.ts';

const { signal } = new AbortController();
let member: Client;

beforeAll(async () => {
  member = await memberClient(await sharedControlPlane());
});
afterAll(() => member.close());

describe('EnsureNetwork', () => {
  test('waits for the block of the node, then connects its pods, and tells the kubelet last', async () => {
    const ip = anyIP();
    const scope = testScope({ member, nodes: [nodeSpec({ ip, role: 'Worker' })] });
    const host = scope.host(ip);
    host.answer = ([command]) => (command === 'cat' ? { stdout: '1450\n' } : {});
    const run = () => ensureNetwork.run(scope, attemptAt(ip));
    await expect(run()).resolves.toMatchObject({ message: expect.stringContaining(`give node ${ip} a block`) });
    expect(host.files.size).toBe(0);

    await registerNode(member, ip, { podCIDRs: ['10.244.7.0/24'] });
    await expect(run()).resolves.toBeUndefined();
    expect([...host.files.keys()].at(-1)).toBe(conflistPath);
    expect(host.files.get(conflistPath)?.content).toContain('"subnet": "10.244.7.0/24"');
    expect(host.files.get(conflistPath)?.content).toContain('"mtu": 1450');
    expect(host.files.get(networkScriptPath)?.content).toContain("four='10.244.0.0/16' six='' device=''");
    expect(host.commands).toContain(`sh ${networkScriptPath}`);
    expect(host.commands).toContain('systemctl enable --quiet tke-network.service');
    for (const path of host.files.keys()) {
      expect(ownedPaths.some((owned) => path === owned || path.startsWith(`${owned}/`))).toBe(true);
    }
  });

  test('in dual stack needs a block of each family', async () => {
    const ip = anyIP();
    const spec = { clusterCIDR: '10.244.0.0/16,fd00:244::/56', features: { ipv6DualStack: true } };
    const scope = testScope({ member, spec, nodes: [nodeSpec({ ip, role: 'Worker' })] });
    await registerNode(member, ip, { podCIDRs: ['10.244.8.0/24'] });
    await expect(ensureNetwork.run(scope, attemptAt(ip))).resolves.toMatchObject({
      message: expect.stringContaining('block'),
    });
  });
});

describe('routes between hosts', () => {
  let blocks = 0;
  const routed = async (count: number) => {
    const ips = Array.from({ length: count }, anyIP);
    for (const ip of ips) {
      await registerNode(member, ip, { podCIDRs: [`10.200.${(blocks += 1)}.0/24`] });
    }
    return ips;
  };
  const routesOn = (scope: ReturnType<typeof testScope>, ip: string) => scope.host(ip).files.get(routesPath)?.content;

  test('lead to the pods of every other node, on every host that is a node', async () => {
    const [one = '', two = ''] = await routed(2);
    const scope = testScope({ member, allHosts: [one, two, '10.0.0.250'] });
    await expect(applyRoutes(scope, signal)).resolves.toEqual([]);
    expect(routesOn(scope, one)).toContain(` ${two}\n`);
    expect(routesOn(scope, one)).not.toContain(` ${one}\n`);
    expect(routesOn(scope, two)).toContain(` ${one}\n`);
    expect(routesOn(scope, '10.0.0.250')).toBeUndefined(); // it has not joined yet
    expect(scope.host(one).commands.join()).toContain(networkScriptPath);
  });

  test('follow the Nodes', async () => {
    const [one = '', two = ''] = await routed(2);
    const scope = testScope({ member, allHosts: [one] });
    await applyRoutes(scope, signal);
    await member.delete<Node>(nodeKind, { name: two });
    await applyRoutes(scope, signal);
    expect(routesOn(scope, one)).not.toContain(` ${two}\n`);
  });

  test('a host that is out of reach keeps none of the others back, unless the plan is for it', async () => {
    const [one = '', two = ''] = await routed(2);
    const down = new Error('no answer');
    const scope = testScope({ member, allHosts: [one, two], nodes: [nodeSpec({ ip: one, role: 'Worker' })] });
    const session = (unreachable: string) => (ip: string) =>
      ip === unreachable ? Promise.reject(down) : scope.session(ip);

    const other = { ...scope, session: session(two) };
    await expect(applyRoutes(other, signal)).resolves.toEqual([{ ip: two, error: down }]);
    expect(routesOn(scope, one)).toContain(` ${two}\n`);
    await expect(ensureNodeRoutes.run(other, attemptAt(''))).resolves.toBeUndefined();
    await expect(ensureNodeRoutes.run({ ...scope, session: session(one) }, attemptAt(''))).rejects.toBe(down);
  });

  test('are somebody else’s where the network is', async () => {
    const [one = ''] = await routed(1);
    const spec = { features: { skipConditions: ['EnsureGalaxy'] } };
    const scope = testScope({ member, spec, allHosts: [one] });
    await expect(applyRoutes(scope, signal)).resolves.toEqual([]);
    expect(scope.host(one).files.size).toBe(0);
  });
});
