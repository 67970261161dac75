import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';

import { tool } from './tool.ts';

/** What dockerd adds and does not take away at its end, in the order in which it can be removed. */
const dockerRules = [
  '-D FORWARD -j DOCKER-USER',
  '-D FORWARD -j DOCKER-ISOLATION-STAGE-1',
  '-t nat -D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
  '-t nat -D OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
  ...['DOCKER-USER', 'DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2', 'DOCKER'].map((chain) => `-F ${chain}`),
  ...['DOCKER-USER', 'DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2', 'DOCKER'].map((chain) => `-X ${chain}`),
  '-t nat -F DOCKER',
  '-t nat -X DOCKER',
];

/**
 * Remembers in `file` what this machine forwards before an engine changes it: dockerd drops what is forwarded for
 * others, and leaves it so (https://docs.docker.com/engine/network/packet-filtering-firewalls/). Does nothing when an
 * engine has been here before.
 */
export async function rememberForwarding(file: string): Promise<void> {
  if (existsSync(file)) {
    return; // from an engine that was killed
  }
  const rules = await tool('iptables', ['-S']);
  const [, policy = 'ACCEPT'] = /^-P FORWARD (\w+)$/m.exec(rules) ?? [];
  if (!rules.includes('DOCKER-USER')) {
    await writeFile(file, policy);
  }
}

export async function restoreForwarding(file: string): Promise<void> {
  const policy = await readFile(file, 'utf8').catch(() => undefined);
  if (policy === undefined) {
    return;
  }
  for (const rule of dockerRules) {
    await tool('iptables', rule.split(' ')).catch(() => undefined); // it need not be there
  }
  await tool('iptables', ['-P', 'FORWARD', policy]);
  await rm(file);
}
