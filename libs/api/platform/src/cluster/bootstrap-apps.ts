import { s } from '@tke/crd';

import { finalizers, tenantID, text } from '../text.ts';

const parameters = (description: string) =>
  s.optional(
    s.object(description, {
      clientTimeout: s.optional(s.integer('Nanoseconds to wait. 0 or less: ten minutes.')),
      createNamespace: s.optional(s.boolean('Makes the namespace.')),
      atomic: s.optional(s.boolean('Takes back what failed.')),
      wait: s.optional(s.boolean('Waits until the objects are ready.')),
      waitForJobs: s.optional(s.boolean('Waits until jobs are done.')),
    }),
  );

const chart = s.object('The chart.', {
  tenantID: s.optional(tenantID),
  chartGroupName: s.optional(text('Name of the chart group.')),
  chartName: s.optional(text('Name of the chart.')),
  chartVersion: s.optional(text('Version of the chart. Empty: the newest.')),
  repoURL: s.optional(text('URL of a repository.', 2048)),
  repoUsername: s.optional(text('User of the repository.')),
  repoPassword: s.optional(text('Password of the user, in base64. A secret.', 4096)),
  importedRepo: s.optional(s.boolean('The chart group stands for a repository of somebody else.')),
  installPara: parameters('How it is installed.'),
  upgradePara: parameters('How it is upgraded.'),
});

const values = s.object('Values for the chart.', {
  rawValuesType: s.optional(text('json or yaml.', 16)),
  rawValues: s.optional(text('Document of values, in base64.', 262144)),
  values: s.optional(
    s.nullable(s.list('Single values, as for helm --set.', text('name=value', 4096), { maxItems: 256 })),
  ),
});

const spec = s.object('As the spec of an App of application.tkestack.io.', {
  type: s.optional(text('HelmV3.', 64)),
  tenantID: s.optional(tenantID),
  name: s.optional(text('Name of the release.')),
  targetCluster: s.optional(text('Ignored: it is this cluster.')),
  targetNamespace: s.optional(text('Namespace of the release.')),
  chart: s.optional(chart),
  values: s.optional(values),
  finalizers: s.optional(finalizers),
  dryRun: s.optional(s.boolean('Installs nothing.')),
});

const app = s.object('The App.', {
  metadata: s.optional(s.preserveUnknown('Name and namespace of the App.')),
  spec: s.optional(spec),
});

export const bootstrapApps = s.list(
  'Apps to install once the cluster is well. Nothing acts on it yet.',
  s.object('An App to install.', { app: s.optional(app) }),
  { maxItems: 64 },
);
