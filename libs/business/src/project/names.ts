/** Of every write of this controller. */
export const projectFieldManager = 'tke/projects';

/** Holds a Project until all that belongs to it is gone. */
export const projectFinalizer = 'business.tkestack.io/project';

/** On the namespace of the hub: it was made for a project and goes with it. Without it, it was there before and stays. */
export const madeAnnotation = 'business.tkestack.io/made-for-project';
