import { open } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';

import type { CertificateAndKey } from '@tke/pki';

/** Whether something accepts connections on a unix socket, whose path may be longer than the 107 bytes of unix(7). */
export async function socketAccepts(folder: string, name: string): Promise<boolean> {
  await using handle = await open(folder, 'r');
  return await new Promise((resolve) => {
    const socket = connect(`/proc/self/fd/${handle.fd}/${name}`, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export interface HttpsProbe {
  readonly url: string;
  readonly caPem: string;
  readonly client?: CertificateAndKey;
  readonly signal: AbortSignal;
}

/** Whether a GET is answered with 200. */
export function answersOk({ url, caPem, client, signal }: HttpsProbe): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request(url, { ca: caPem, cert: client?.certPem, key: client?.keyPem, agent: false, signal }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', reject)
      .end();
  });
}
