import type { Clock, Random } from '@tke/time';

/** A Kubernetes configuration object, written to a file as it is. */
export type ConfigObject = Readonly<Record<string, unknown>>;

export interface Ports {
  readonly apiServer?: number;
  readonly controllerManager?: number;
}

export interface ControlPlaneOptions {
  /** `1.36`. Default: environment variable `K8S`, else the newest. */
  readonly version?: string;
  /** Where everything is kept. Default: a temporary folder that goes with the control plane. */
  readonly dataDir?: string;
  /** Default: free ports; a control plane with `durable` remembers them. */
  readonly ports?: Ports;
  /** Further flags of kube-apiserver; the last of equal flags wins. */
  readonly apiServerFlags?: readonly string[];
  /** An AuthorizationConfiguration. Default: `--authorization-mode=RBAC`. */
  readonly authorizationConfig?: ConfigObject;
  /** An audit Policy; with one, every event goes to `auditLogPath` as a line of JSON. */
  readonly auditPolicy?: ConfigObject;
  /** Default `<logDir>/audit.log`. */
  readonly auditLog?: string;
  /**
   * Runs kube-controller-manager as well: garbage collection, deletion of namespaces, service
   * accounts, aggregated cluster roles (view, edit, admin are empty without it). Default false:
   * pods then need no service account.
   */
  readonly controllerManager?: boolean;
  /** Default `<dataDir>/logs`. */
  readonly logDir?: string;
  /** Data survives a crash of the machine, ports stay the same, and servers end in good order. Default false. */
  readonly durable?: boolean;
  /** The servers outlive this process, and ones that run already are taken over. Default false. */
  readonly detached?: boolean;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
}
