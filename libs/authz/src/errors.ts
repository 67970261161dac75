import { codedErrors } from '@tke/errors';

export const authzErrors = codedErrors({
  RulesNotSynced: {
    class: 'Retryable',
    meaning:
      'The authz-webhook has just started and does not have all rules yet. It answers with an error, upon which the failurePolicy of kube-apiserver applies; what RBAC allows works meanwhile.',
    remedy: 'Ask again in a moment: /readyz of the authz-webhook tells when the rules have been read.',
  },
  ReviewIncomplete: {
    class: 'NeedsUser',
    meaning:
      'A request to the authz-webhook is not a question that can be answered. kube-apiserver always asks whole ones: this comes from something else.',
    remedy: 'Send a SubjectAccessReview with a verb and exactly one of resourceAttributes and nonResourceAttributes.',
  },
  ModelInvalid: {
    class: 'NeedsUser',
    meaning:
      'The file of `--model` is not a Casbin model, or asks for what rules do not have. The authz-webhook does not start with it.',
    remedy: 'Correct the model file; the built-in model is the template.',
  },
});
