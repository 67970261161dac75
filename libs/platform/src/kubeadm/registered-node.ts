import type { BuildScope } from '../build/scope.ts';
import { nodeAddresses } from '../network/node-addresses.ts';
import { nodeAt } from '../steps/node/targets.ts';
import type { RegisteredNode } from './node-registration.ts';

/** The node a host becomes, with the addresses that were found on it. Rejects with NodeAddressMissing. */
export async function registeredNode(scope: BuildScope, ip: string): Promise<RegisteredNode> {
  const facts = await (await scope.session(ip)).facts();
  return { node: nodeAt(scope, ip), addresses: nodeAddresses(facts, ip, scope.network) };
}
