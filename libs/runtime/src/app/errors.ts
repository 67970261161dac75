import { codedErrors } from '@tke/errors';

export const runtimeAppErrors = codedErrors({
  FlagInvalid: { class: 'NeedsUser', remedy: 'Run with --help to see the flags.' },
});
