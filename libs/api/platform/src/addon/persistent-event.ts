import { defineKind, s } from '@tke/crd';
import type { Infer } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { port } from '../port.ts';
import { secretRef } from '../secret-ref.ts';
import { text } from '../text.ts';
import { addon, addonFields, addonRules, addonStatus, notYet } from './addon.ts';

const cls = s.object('Tencent Cloud Log Service.', {
  logSetID: s.string('Id of the log set.', { minLength: 1, maxLength: 255 }),
  topicID: s.string('Id of the topic.', { minLength: 1, maxLength: 255 }),
});

const es = s.object('Elasticsearch.', {
  ip: s.string('Address or name of the server.', { minLength: 1, maxLength: 253 }),
  port: s.optional(port('Port of the server.')),
  scheme: s.string('http or https.', { minLength: 1, maxLength: 16 }),
  indexName: s.string('Index the events are written to.', { minLength: 1, maxLength: 255 }),
  user: s.optional(text('User to log in as.')),
  password: s.optional(text('Password of the user. A secret: prefer passwordSecretRef.', 4096)),
  passwordSecretRef: s.optional(secretRef('Secret with the key password.')),
  reserveDays: s.optional(s.integer('Days after which events are deleted.', { format: 'int32', minimum: 0 })),
});

const persistentBackEnd = s.object(
  'Where the events are kept.',
  { cls: s.optional(cls), es: s.optional(es) },
  {
    rules: [
      {
        rule: 'has(self.cls) != has(self.es)',
        message: 'persistentBackEnd must have one of cls and es, not both: keep the one the events shall go to',
      },
    ],
  },
);

export type PersistentBackEnd = Infer<typeof persistentBackEnd>;

export const persistentEvent = defineKind({
  ...addon,
  kind: 'PersistentEvent',
  description: `Wants the events of a cluster kept in a store outside of it. ${notYet}`,
  shortNames: ['pe'],
  properties: {
    spec: s.object('Which cluster, and where to.', { ...addonFields, persistentBackEnd }, { rules: addonRules }),
  },
  status: addonStatus,
});

export type PersistentEvent = ObjectOf<typeof persistentEvent>;
