import { afterAll, beforeAll, jest } from '@jest/globals';

import { describeBindingLife } from './rules/testing/cases/binding-life.ts';
import { describeDeletion } from './rules/testing/cases/deletion.ts';
import { describeDrift } from './rules/testing/cases/drift.ts';
import { describeLooseSchema } from './rules/testing/cases/loose-schema.ts';
import { describeUsers } from './rules/testing/cases/users.ts';
import { describeWithoutWebhooks } from './rules/testing/cases/without-webhooks.ts';
import { describeWriting } from './rules/testing/cases/writing.ts';
import { aTenant } from './testing/objects.ts';
import { Platform } from './testing/platform.ts';

// More than all that a test waits for.
jest.setTimeout(1_200_000);

// One file, because a control plane and a manager cost seconds; its cases are in rules/testing/cases, by what they are about.
let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.startManager();
  // Several tests share it; those that change a tenant bring their own.
  await platform.apply(aTenant('default'));
});
afterAll(() => platform.stop());

for (const describeCases of [
  describeBindingLife,
  describeDrift,
  describeWriting,
  describeDeletion,
  describeUsers,
  describeWithoutWebhooks,
]) {
  describeCases(() => platform);
}
// Last: it replaces the schema.
describeLooseSchema(() => platform);
