import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

import { issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

export interface HubProxy extends AsyncDisposable {
  readonly port: number;
  readonly paths: string[];
  /** The Authorization headers of requests that have not ended. */
  readonly underWay: ReadonlySet<string>;
}

/** Serves a cluster below a path, as the proxies of Clusternet and others do. */
export async function hubProxy(prefix: string, target: string, ca: CertificateAndKey): Promise<HubProxy> {
  const own = await issueCertificate({ ca, commonName: 'hub', ips: ['127.0.0.1'], usages: ['server'], clock });
  const paths: string[] = [];
  const underWay = new Set<string>();
  const server = createServer({ cert: own.certPem, key: own.keyPem }, (request, response) => {
    const { url = '', method, headers } = request;
    paths.push(url);
    const { authorization = '' } = headers;
    underWay.add(authorization);
    response.on('close', () => underWay.delete(authorization));
    if (!url.startsWith(`${prefix}/`)) {
      response.writeHead(404).end();
      return;
    }
    const onward = httpsRequest(`${target}${url.slice(prefix.length)}`, { method, headers, ca: ca.certPem });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, paths, underWay, [Symbol.asyncDispose]: stop };
}
