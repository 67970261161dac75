import type { Category } from '@tke/api-auth';

import shipped from './policy-categories.json' with { type: 'json' };

const displayNames: Readonly<Record<string, string>> = {
  addon: 'Add-on components',
  auth: 'Users and permissions',
  config: 'Configuration',
  volume: 'Persistent storage',
  project: 'Projects and namespaces',
  monitor: 'Monitoring and alarms',
  cluster: 'Clusters',
  application: 'Workloads',
  network: 'Networking',
  notify: 'Notifications',
  registry: 'Registry and charts',
  app: 'Application orchestration',
};

/** The categories of the platform by name. */
export const shippedCategories: ReadonlyMap<string, Category['Spec']> = new Map(
  shipped.map(({ name, actions }) => [
    name,
    { displayName: displayNames[name] ?? name, actions: actions.map((action) => ({ name: action })) },
  ]),
);
