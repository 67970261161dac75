import { readFile } from 'node:fs/promises';

import type { SshdBinaries } from './binary.ts';
import { tool } from './tool.ts';

export type SshKeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface SshKey {
  readonly file: string;
  /** In the format of OpenSSH. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
}

export async function generateKey(
  { keygen, env }: SshdBinaries,
  file: string,
  { type = 'ed25519', passphrase = '' }: { readonly type?: SshKeyType; readonly passphrase?: string } = {},
): Promise<SshKey> {
  await tool(keygen, ['-q', '-t', type, '-N', passphrase, '-C', '', '-f', file], { env });
  const fingerprint = (await tool(keygen, ['-l', '-f', `${file}.pub`], { env })).split(' ')[1] ?? '';
  return {
    file,
    privateKey: await readFile(file, 'utf8'),
    publicKey: (await readFile(`${file}.pub`, 'utf8')).trim(),
    fingerprint,
  };
}
