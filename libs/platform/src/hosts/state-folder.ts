/** Where a host keeps what the platform needs to know of it: its lock, jobs, and what is undone when it is given up. As @tke/host. */
export const stateFolder = '/var/lib/tke';
