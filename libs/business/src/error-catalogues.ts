import { credentialErrors } from './credential/errors.ts';
import { emigrationErrors } from './emigration/errors.ts';
import { memberErrors } from './members/errors.ts';
import { namespaceErrors } from './namespace/errors.ts';
import { projectErrors } from './project/errors.ts';
import { quotaErrors } from './quota/errors.ts';

/** What can go wrong with projects and what is in them, by what it is about. */
export const businessErrors = {
  projects: [projectErrors, quotaErrors, memberErrors],
  namespaces: [namespaceErrors, emigrationErrors, credentialErrors],
} as const;
