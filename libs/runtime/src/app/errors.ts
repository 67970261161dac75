import { codedErrors } from '@tke/errors';

export const runtimeAppErrors = codedErrors({
  FlagInvalid: {
    class: 'NeedsUser',
    meaning:
      'The process was started with a flag that it does not know, without one that it needs, or with a value that the flag does not take. It ends with exit code 2.',
    remedy: 'Run with --help to see the flags.',
  },
});
