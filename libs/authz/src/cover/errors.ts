import { codedErrors } from '@tke/errors';

export const coverErrors = codedErrors({
  TooMuchToCompare: {
    class: 'NeedsUser',
    remedy: 'Split the change, use wider patterns, or ask an administrator of the platform.',
  },
});
