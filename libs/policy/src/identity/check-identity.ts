import type { LocalIdentity } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

import type { Defect } from '../compile/compiled.ts';
import type { Directory } from '../compile/directory.ts';

/** What is wrong with an identity beyond what its schema says. */
export function checkIdentity(
  { metadata, spec }: DeepReadonly<LocalIdentity>,
  directory: Directory,
): readonly Defect[] {
  const { tenantID = '', username } = spec;
  const holder = directory.identityOf(tenantID, username);
  if (holder === undefined || holder.metadata.name === metadata.name) {
    return [];
  }
  return [
    {
      code: 'UsernameTaken',
      field: 'spec.username',
      value: username,
      rule: `must be unique in tenant "${tenantID}"; LocalIdentity ${holder.metadata.name ?? ''} has it`,
      remedy: 'Choose another user name, or delete the other identity first.',
      type: 'Duplicate',
    },
  ];
}

export type PasswordState = 'NoPassword' | 'Hashed' | 'NotHashed';

// bcrypt: version, cost, 22 characters of salt and 31 of hash.
const bcryptHash = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;

/** TKEStack took the password itself in this field, and stored its hash there. */
export function passwordState({ spec }: DeepReadonly<LocalIdentity>): PasswordState {
  if (!spec.hashedPassword) {
    return 'NoPassword';
  }
  return bcryptHash.test(Buffer.from(spec.hashedPassword, 'base64').toString('latin1')) ? 'Hashed' : 'NotHashed';
}

export const plainPasswordAdvice =
  'spec.hashedPassword is not the hash of a password: who can read the object can read the password, and it cannot be used to sign in. Store the base64 of a bcrypt hash.';
