import { codedErrors } from '@tke/errors';

export const coverErrors = codedErrors({
  TooMuchToCompare: {
    class: 'NeedsUser',
    meaning:
      'Whether one set of permissions contains another would take more steps than are spent on one request. A grant that cannot be compared is refused.',
    remedy: 'Split the change, use wider patterns, or ask an administrator of the platform.',
  },
});
