import { platformKinds } from '@tke/api-platform';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, pipe, waitFor } from '@tke/envtest';
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { kindKey } from '@tke/meta';
import { createCa, issueCertificate } from '@tke/pki';
import { callerTenant } from '@tke/policy';
import { Cache, type Permission } from '@tke/runtime';
import { systemClock } from '@tke/time';
import { admissionRoutes, HttpsServer, type KindAdmission } from '@tke/webhook';

import { admissionPermissions, registerAdmissionInformers } from '../informers.ts';
import { platformAdmissions } from '../platform-admissions.ts';
import { anImport, anImportAddress, namespace, withStatus } from './objects.ts';

const user = 'admission';
const clock = systemClock;

/** The only user who administers no tenant. */
export const ordinaryUser = 'bob';

/** A control plane whose API server asks our admission, which may read what it says it must and nothing else. */
export async function startAdmittedHub(signal: AbortSignal): Promise<ControlPlane> {
  const controlPlane = await ControlPlane.start();
  await applyManifests(controlPlane, [
    ...platformKinds.map(crdManifest),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...admissionPermissions(namespace).flatMap(granted),
  ]);
  const client = await connect({
    kubeconfig: await controlPlane.user(user),
    userAgent: 'admission-test',
    logger: discardLogger,
  });
  signal.addEventListener('abort', () => void client.close(), { once: true });
  const cache = new Cache({ reader: client, logger: discardLogger });
  registerAdmissionInformers(cache, namespace);
  void cache.start(signal);
  await cache.waitForSync(signal);
  const admissions = platformAdmissions(cache, {
    namespace,
    callerTenant,
    administersTenant: ({ username }) => username !== ordinaryUser,
    clusterEndWarnings: () => [],
  });
  const { url, caPem } = await serve(admissions, signal);
  await applyManifests(controlPlane, [
    configuration(
      'Mutating',
      `${url}/mutate`,
      caPem,
      admissions.filter((each) => each.default !== undefined),
    ),
    configuration('Validating', `${url}/validate`, caPem, admissions),
  ]);
  await untilAsked(controlPlane);
  return controlPlane;
}

/** The API server takes a configuration of webhooks up a moment after it has stored it. */
async function untilAsked(controlPlane: ControlPlane): Promise<void> {
  const isTaken = async (object: object) =>
    (await pipe(controlPlane, ['create', '--dry-run=server'], object)).code === 0;
  const incomplete = anImport();
  const completed = withStatus(incomplete, anImportAddress()); // by what is mutated
  await waitFor(async () => !(await isTaken(incomplete)) && (await isTaken(completed)), {
    description: 'both webhooks are asked',
    timeoutMs: 60_000,
  });
}

async function serve(admissions: readonly KindAdmission[], signal: AbortSignal) {
  const ca = await createCa({ commonName: 'test', clock });
  const pair = await issueCertificate({ ca, commonName: 'admission', ips: ['127.0.0.1'], usages: ['server'], clock });
  const server = new HttpsServer({
    name: 'admission',
    address: { host: '127.0.0.1', port: 0 },
    certificates: { current: () => pair, subscribe: () => () => undefined },
    routes: admissionRoutes(admissions, { logger: discardLogger }),
    logger: discardLogger,
    limits: { lameDuckMs: 100 },
  });
  void server.start(signal);
  await server.listening;
  return { url: server.url, caPem: ca.certPem };
}

function configuration(type: string, url: string, caPem: string, admissions: readonly KindAdmission[]): object {
  const webhooks = admissions.map(({ kind }) => ({
    name: kindKey(kind),
    clientConfig: { url: `${url}/${kindKey(kind)}`, caBundle: Buffer.from(caPem).toString('base64') },
    rules: [
      {
        ...{ apiGroups: [kind.group], apiVersions: [kind.version], resources: [kind.plural, `${kind.plural}/status`] },
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
    ],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    // So that a webhook that does not answer is no success.
    failurePolicy: 'Fail',
    timeoutSeconds: 30,
  }));
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return { apiVersion, kind: `${type}WebhookConfiguration`, metadata: { name: 'test' }, webhooks };
}

function granted({ group, resources, verbs, namespace: only }: Permission, index: number): readonly object[] {
  const rbac = 'rbac.authorization.k8s.io';
  const prefix = only === undefined ? 'Cluster' : '';
  const metadata = { name: `admission-${index}`, ...(only !== undefined && { namespace: only }) };
  const rules = [{ apiGroups: [group], resources, verbs }];
  const roleRef = { apiGroup: rbac, kind: `${prefix}Role`, name: metadata.name };
  const subjects = [{ kind: 'User', name: user, apiGroup: rbac }];
  return [
    { apiVersion: `${rbac}/v1`, kind: `${prefix}Role`, metadata, rules },
    { apiVersion: `${rbac}/v1`, kind: `${prefix}RoleBinding`, metadata, roleRef, subjects },
  ];
}
