// The least that a server can do: read the body, parse it, answer a review of the same size.
import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex, Readable } from 'node:stream';

import { runServer, type ServerSetup } from './child.ts';

const reason = process.env.BENCH_REASON ?? 'x'.repeat(300);

function answerTo(body: Buffer): Buffer {
  const { apiVersion, kind, spec } = JSON.parse(body.toString('utf8'));
  const status = { allowed: spec.user !== '', denied: false, reason };
  return Buffer.from(JSON.stringify({ apiVersion, kind, status }));
}

function readAll(source: Readable | Duplex, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  source.on('data', (chunk: Buffer) => chunks.push(chunk));
  source.on('end', () => done(Buffer.concat(chunks)));
}

runServer(async ({ protocol, certPem, keyPem, clientCa }: ServerSetup) => {
  const tls = { cert: certPem, key: keyPem, ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const type = { 'content-type': 'application/json' };
  const server =
    protocol === 'h2'
      ? createSecureServer(tls).on('stream', (stream: ServerHttp2Stream) =>
          readAll(stream, (body) => {
            const payload = answerTo(body);
            stream.respond({ ':status': 200, ...type, 'content-length': payload.length });
            stream.end(payload);
          }),
        )
      : createServer(tls, (request, response) =>
          readAll(request, (body) => {
            const payload = answerTo(body);
            response.writeHead(200, { ...type, 'content-length': payload.length }).end(payload);
          }),
        );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
});
