import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { waitFor } from '../wait-for.ts';
import { ControlPlane } from './control-plane.ts';
import { kubeconfig } from './kubeconfig.ts';

jest.setTimeout(300_000);

interface Review {
  readonly spec: {
    readonly user: string;
    readonly groups: readonly string[];
    readonly resourceAttributes?: { readonly verb: string; readonly resource: string };
  };
}

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly requestURI: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

describe('an authorization webhook', () => {
  const reviews: Review[] = [];
  let folder: string;
  let server: Server;
  let controlPlane: ControlPlane | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tke-webhook-'));
  });

  afterEach(async () => {
    await controlPlane?.stop();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** Answers reviews with mutual TLS: alice may list pods, the others get no opinion. Gives the path of its kubeconfig. */
  async function startWebhook(): Promise<string> {
    const ca = await createCa({ commonName: 'webhook ca', clock });
    const issue = (commonName: string) =>
      issueCertificate({ ca, commonName, ips: ['127.0.0.1'], usages: ['server', 'client'], clock });
    const [serving, client] = [await issue('webhook'), await issue('kube-apiserver')];
    const tls = { cert: serving.certPem, key: serving.keyPem, ca: ca.certPem, requestCert: true };
    server = createServer(tls, (request, response) => {
      void json(request).then((body) => {
        const review = body as Review;
        reviews.push(review);
        const { user, resourceAttributes } = review.spec;
        const allowed =
          user === 'alice' && resourceAttributes?.verb === 'list' && resourceAttributes.resource === 'pods';
        const status = allowed ? { allowed, reason: 'alice lists' } : { allowed, reason: 'nothing matches' };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ ...review, status }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const path = join(folder, 'webhook.kubeconfig');
    writeFileSync(path, kubeconfig({ server: `https://127.0.0.1:${port}/authorize`, caPem: ca.certPem, client }));
    return path;
  }

  function authorizationConfig(kubeConfigFile: string) {
    return {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthorizationConfiguration',
      authorizers: [
        {
          type: 'Webhook',
          name: 'test',
          webhook: {
            timeout: '30s',
            subjectAccessReviewVersion: 'v1',
            matchConditionSubjectAccessReviewVersion: 'v1',
            failurePolicy: 'Deny',
            authorizedTTL: '1s',
            unauthorizedTTL: '1s',
            connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
            matchConditions: [{ expression: "!request.user.startsWith('system:')" }],
          },
        },
        { type: 'RBAC', name: 'rbac' },
      ],
    };
  }

  test('decides, the audit log tells, and kube-controller-manager works beside it', async () => {
    const auditPolicy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] };
    controlPlane = await ControlPlane.start({
      authorizationConfig: authorizationConfig(await startWebhook()),
      auditPolicy,
      controllerManager: true,
    });
    await controlPlane.user('alice', { groups: ['tenant:default'] });
    const allowed = await controlPlane.kubectl(['get', 'pods'], { user: 'alice' });
    expect(allowed).toMatchObject({ code: 0, stderr: expect.stringContaining('No resources found') });
    const denied = await controlPlane.kubectl(['get', 'secrets'], { user: 'alice' });
    expect(denied.stderr).toContain('nothing matches');
    expect(reviews.map(({ spec }) => spec)).toContainEqual(
      expect.objectContaining({ user: 'alice', groups: ['tenant:default', 'system:authenticated'] }),
    );

    const { auditLogPath } = controlPlane;
    // The last word on a request may be written after its answer has been sent.
    const allowedPods = () => {
      const lines = readFileSync(auditLogPath, 'utf8').trim().split('\n');
      const events = lines.map((line) => JSON.parse(line) as AuditEvent);
      return events.find(
        ({ user, requestURI, annotations }) =>
          user.username === 'alice' &&
          requestURI.includes('/pods') &&
          annotations?.['authorization.k8s.io/decision'] === 'allow',
      );
    };
    await waitFor(allowedPods, { description: 'the audit log tells that alice was let in' });

    await controlPlane.kubectl(['create', 'namespace', 'short-lived']);
    const serviceAccounts = ['get', 'serviceaccounts', '-n', 'short-lived', '-o', 'name'];
    const made = async () => (await controlPlane?.kubectl(serviceAccounts))?.stdout.includes('/default');
    await waitFor(made, { description: 'the service account is made' });
    await controlPlane.kubectl(['create', 'token', 'default', '-n', 'short-lived']);
    const removed = await controlPlane.kubectl(['delete', 'namespace', 'short-lived', '--timeout=120s']);
    expect(removed).toMatchObject({ code: 0 });
  });
});
