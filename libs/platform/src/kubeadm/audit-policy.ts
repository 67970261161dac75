import { yamlDocuments } from './yaml.ts';

const system = ['system:kube-scheduler', 'system:kube-controller-manager', 'system:apiserver'];

/**
 * Who did what to which object, without contents, so that no secret gets into the log; what the cluster asks itself all
 * the time is left out. The first rule that matches decides: kubernetes.io/docs/tasks/debug/debug-cluster/audit
 */
export function auditPolicy(): string {
  return yamlDocuments({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi/*', '/metrics'] },
      { level: 'Metadata', resources: [{ group: '', resources: ['secrets', 'serviceaccounts/token'] }] },
      { level: 'None', resources: [{ group: '', resources: ['events'] }, { group: 'events.k8s.io' }] },
      { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
      { level: 'None', users: [...system, 'system:kube-proxy'], verbs: ['get', 'list', 'watch'] },
      {
        level: 'None',
        userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'],
        verbs: ['get', 'list', 'watch'],
      },
      {
        level: 'None',
        userGroups: ['system:nodes'],
        verbs: ['update', 'patch'],
        resources: [{ group: '', resources: ['nodes/status', 'pods/status'] }],
      },
      { level: 'Metadata' },
    ],
  });
}
