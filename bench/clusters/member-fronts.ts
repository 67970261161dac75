import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { kubeconfig, type ControlPlane } from '@tke/envtest';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

const identityPath = '/api/v1/namespaces/kube-system';
const marksPath = `${identityPath}/configmaps`;

/**
 * Many clusters that are one: each below a path of its own, as behind a proxy, with an identity and a mark of its own,
 * and everything else shared.
 */
export class MemberFronts {
  readonly #server: Server;
  readonly #target: string;
  readonly #agent: Agent;
  readonly #ca: CertificateAndKey;
  readonly #marks = new Map<string, object>();

  private constructor(server: Server, target: string, agent: Agent, ca: CertificateAndKey) {
    this.#server = server;
    this.#target = target;
    this.#agent = agent;
    this.#ca = ca;
  }

  static async start({ access: { url, pki } }: ControlPlane): Promise<MemberFronts> {
    const admin = await issueCertificate({
      ca: pki.ca,
      commonName: 'bench',
      organizations: ['system:masters'],
      usages: ['client'],
      clock,
    });
    const ca = await createCa({ commonName: 'bench', days: 1, clock });
    const own = await issueCertificate({ ca, commonName: 'fronts', ips: ['127.0.0.1'], usages: ['server'], clock });
    const server = createServer({ cert: own.certPem, key: own.keyPem });
    const agent = new Agent({ keepAlive: true, ca: pki.ca.certPem, cert: admin.certPem, key: admin.keyPem });
    const fronts = new MemberFronts(server, url, agent, ca);
    server.on('request', (request, response) => {
      fronts.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fronts;
  }

  kubeconfig(member: string): string {
    const { port } = this.#server.address() as AddressInfo;
    const server = `https://127.0.0.1:${port}/${member}`;
    return kubeconfig({ server, caPem: this.#ca.certPem, client: this.#ca });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#agent.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, member = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const [plain = ''] = path.split('?');
    if (plain === `${marksPath}/tke` || (plain === marksPath && request.method === 'POST')) {
      await this.#mark(member, request, response);
      return;
    }
    const answer = await this.#forward(request, path);
    response.on('close', () => answer.destroy());
    if (plain === identityPath && answer.statusCode === 200) {
      const namespace = (await json(answer)) as { readonly metadata: object };
      send(response, 200, { ...namespace, metadata: { ...namespace.metadata, uid: uidOf(member) } });
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }

  async #mark(member: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST' || request.method === 'PUT') {
      this.#marks.set(member, (await json(request)) as object);
    }
    const mark = this.#marks.get(member);
    const notFound = { apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 };
    send(response, mark === undefined ? 404 : 200, mark ?? notFound);
  }

  #forward(request: IncomingMessage, path: string): Promise<IncomingMessage> {
    const { method } = request;
    // Without compression, so that the identity can be put in; and not as the user of the front.
    const own = new Set(['accept-encoding', 'authorization', 'host']);
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !own.has(name)));
    return new Promise((resolve, reject) => {
      const onward = httpsRequest(`${this.#target}${path}`, { method, headers, agent: this.#agent });
      onward.on('response', resolve);
      onward.on('error', reject);
      request.pipe(onward);
    });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function uidOf(member: string): string {
  const digest = createHash('sha256').update(member).digest('hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`;
}
