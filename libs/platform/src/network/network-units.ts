import { networkScriptPath, networkTimer, networkUnit } from './paths.ts';

/** Units of systemd by name. */
export const networkUnits: Readonly<Record<string, string>> = {
  [networkUnit]: `[Unit]
Description=TKE: routes and masquerading of pods
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh ${networkScriptPath}
TimeoutStartSec=60
SyslogLevel=warning
LogLevelMax=warning

[Install]
WantedBy=multi-user.target
`,
  // systemd-networkd removes routes it does not know whenever it sets an interface up again (networkd.conf,
  // ManageForeignRoutes), and
  // reloads of firewalls take rules away.
  [networkTimer]: `[Unit]
Description=TKE: keeps routes and masquerading of pods

[Timer]
OnBootSec=1min
OnUnitInactiveSec=1min
AccuracySec=10s

[Install]
WantedBy=timers.target
`,
};
