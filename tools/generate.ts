// `node tools/generate.ts` writes config/{crd,rbac,webhook,admission,authz}, docs/reference, and what `kubectl tke explain` prints, from the
// declarations in the code; with --check it writes nothing, names what differs and exits 1.
import { join } from 'node:path';

import { admissionFiles } from './generate/admission.ts';
import { authorizationFiles } from './generate/authorization.ts';
import { crdFiles } from './generate/crd.ts';
import { admission, kinds, permissions, reviews, webhooks } from './generate/declarations.ts';
import { errorFiles } from './generate/error-pages.ts';
import { errorParts } from './generate/error-parts.ts';
import { errorReference } from './generate/error-reference.ts';
import { applyFiles, driftedFiles, type GeneratedFile } from './generate/files.ts';
import { rbacFiles } from './generate/rbac.ts';
import { referenceFiles } from './generate/reference.ts';
import { webhookFiles } from './generate/webhook.ts';

const root = join(import.meta.dirname, '..');

function main(check: boolean): number {
  const files = generatedFiles();
  const drifted = driftedFiles(root, files);
  if (check) {
    for (const { path, reason } of drifted) {
      console.error(`${path}: ${reason}`);
    }
    if (drifted.length > 0) {
      console.error('Run `make generate` and commit the result.');
    }
    return drifted.length === 0 ? 0 : 1;
  }
  applyFiles(root, files, drifted);
  for (const { path } of drifted) {
    console.log(path);
  }
  return 0;
}

function generatedFiles(): readonly GeneratedFile[] {
  return [
    ...crdFiles(kinds),
    ...rbacFiles(permissions, reviews),
    ...webhookFiles(webhooks),
    ...admissionFiles(admission),
    ...authorizationFiles(),
    ...referenceFiles(kinds),
    ...errorFiles(errorReference(errorParts)),
  ];
}

process.exitCode = main(process.argv.includes('--check'));
