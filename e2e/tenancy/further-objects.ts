import type { Manifest, Tenant } from './tenant-objects.ts';

/** The kinds that are no part of a tenant's repository. */
export function furtherObjects({ id, cluster, project, child, administrator }: Tenant): readonly Manifest[] {
  const of = (group: string, kind: string, name: string, content: object, namespace?: string): Manifest => ({
    ...{ apiVersion: `${group}.tkestack.io/v1`, kind, ...content },
    metadata: { name, ...(namespace !== undefined && { namespace }) },
  });
  const spec = (fields: object) => ({ spec: { tenantID: id, ...fields } });
  const addon = (kind: string) => of('platform', kind, `${kind.toLowerCase()}-${id}`, spec({ clusterName: cluster }));
  const times = { issue_at: '2026-01-02T03:04:05Z', expire_at: '2036-01-02T03:04:05Z' };
  const persistentBackEnd = { cls: { logSetID: 'a', topicID: 'b' } };
  const login = { port: 22, username: 'root', password: 'c2VjcmV0' };
  return [
    of('auth', 'APIKey', `apk-${id}`, spec({ apiKey: `secret-of-${id}`, username: administrator, ...times })),
    of('auth', 'Category', `cat-${id}`, { Spec: { displayName: id } }),
    of('auth', 'APISigningKey', `ask-${id}`, {}),
    of('platform', 'Registry', `rg-${id}`, spec({ displayName: id, url: 'registry.example.com' })),
    of('platform', 'ClusterCredential', `cc-${id}`, {
      tenantID: id,
      clusterName: `cls-${id}-old`,
      token: `secret-of-${id}`,
    }),
    of(
      'platform',
      'Machine',
      `mc-${id}`,
      spec({ clusterName: `${cluster}-later`, type: 'Baremetal', ip: '192.0.2.9', ...login }),
    ),
    of('platform', 'PersistentEvent', `pe-${id}`, spec({ clusterName: cluster, persistentBackEnd })),
    ...['TappController', 'CSIOperator', 'CronHPA'].map(addon),
    of(
      'business',
      'NsEmigration',
      `${cluster}-none`,
      spec({ namespace: `${cluster}-none`, destination: child }),
      project,
    ),
  ];
}
