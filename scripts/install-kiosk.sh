#!/bin/sh
# Installs kona-till from a checkout onto this Debian kiosk. Run as root; run it again to update. docs/installer.md
# explains it. It changes nothing that it finds in /etc/kona-till and never touches the ledger.
#
#   sudo scripts/install-kiosk.sh [--root DIRECTORY] [--no-start]
#
# --root DIRECTORY  writes into a directory that stands for / (to look at, or to build an image); starts nothing
# --no-start        installs, but neither enables nor restarts the service
set -eu

say() { printf 'kona-till: %s\n' "$1"; }
fail() { printf 'kona-till: %s\n' "$1" >&2; exit 3; }

root=''
start=yes

# systemd calls a service active as soon as the program is called, and starts one that ends again for ever: it runs once
# it was the same process for some seconds.
keeps_running() {
  seconds=0
  same=0
  before=''
  while [ "$seconds" -lt 15 ]; do
    now=$(systemctl show kona-till --property=ActiveState --property=MainPID --property=NRestarts) || now=''
    case $now in
      *ActiveState=active*) if [ "$now" = "$before" ]; then same=$((same + 1)); else same=0; fi ;;
      *) same=0 ;;
    esac
    [ "$same" -lt 5 ] || return 0
    before=$now
    seconds=$((seconds + 1))
    sleep 1
  done
  return 1
}

while [ $# -gt 0 ]; do
  case "$1" in
    --root) [ $# -ge 2 ] || fail '--root needs a directory'; root=$2; start=no; shift 2 ;;
    --no-start) start=no; shift ;;
    *) printf 'use: scripts/install-kiosk.sh [--root DIRECTORY] [--no-start]\n' >&2; exit 2 ;;
  esac
done

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
program=$root/opt/kona-till
config=$root/etc/kona-till
[ -f "$here/package-lock.json" ] || fail "$here is no checkout of kona-till"
if [ -z "$root" ]; then
  [ "$(id -u)" = 0 ] || fail 'run it as root: sudo scripts/install-kiosk.sh'
  command -v systemctl >/dev/null || fail 'this system has no systemd'
fi
command -v node >/dev/null || fail 'Node.js is missing (any version from 18 up). Run: apt-get install nodejs npm'
command -v npm >/dev/null || fail 'npm is missing. Run: apt-get install npm'

say 'building the pages'
(cd "$here" && node scripts/bootstrap.mjs scripts/build-pages.ts)

say "copying the program to $program"
new=$program.new
rm -rf "$new"
mkdir -p "$new"
for part in package.json package-lock.json .npmrc src drivers scripts config systemd dist; do
  cp -R "$here/$part" "$new/"
done
say 'installing its packages, without those for development'
(cd "$new" && KONA_TILL_OMIT_DEV=1 node scripts/bootstrap.mjs --install-only)

if [ -z "$root" ]; then
  getent group kona-till >/dev/null || groupadd --system kona-till
  getent passwd kona-till >/dev/null ||
    useradd --system --gid kona-till --home-dir /var/lib/kona-till --no-create-home --shell /usr/sbin/nologin kona-till
fi

mkdir -p "$config/keys"
if [ ! -e "$config/kona-till.jsonc" ]; then
  cp "$here/config/kona-till.jsonc" "$config/kona-till.jsonc"
  say "put an example configuration into $config/kona-till.jsonc: edit it"
fi
chmod 640 "$config/kona-till.jsonc"
chmod 750 "$config"
chmod 700 "$config/keys"
find "$config/keys" -type f -exec chmod 600 {} +
[ -n "$root" ] || chown -R kona-till:kona-till "$config/keys"
[ -n "$root" ] || chown root:kona-till "$config" "$config/kona-till.jsonc"

# The new version judges the configuration while the old one still works: no till is stopped for one that it finds wrong.
# Keys that only the service gets from systemd cannot be seen from here: whether it starts with them shows after the restart.
is_right=yes
if [ "$start" = yes ]; then
  findings=$("$new/node_modules/.bin/node" "$new/src/main.ts" config check "$config/kona-till.jsonc" 2>&1) || is_right=no
  if systemctl is-active --quiet kona-till; then
    if [ "$is_right" = no ]; then
      printf '%s\n' "$findings" >&2
      rm -rf "$new"
      fail 'the configuration is not right for the new version: the agent was not stopped and works on as it was'
    fi
    say 'stopping the running agent'
    systemctl stop kona-till
  fi
fi
rm -rf "$program.old"
[ ! -e "$program" ] || mv "$program" "$program.old"
mv "$new" "$program"

mkdir -p "$root/usr/local/bin"
cat >"$root/usr/local/bin/kona-till" <<'COMMAND'
#!/bin/sh
exec /opt/kona-till/node_modules/.bin/node /opt/kona-till/src/main.ts "$@"
COMMAND
chmod 755 "$root/usr/local/bin/kona-till"

mkdir -p "$root/etc/systemd/system" "$root/etc/udev/rules.d" "$root/etc/modules-load.d"
cp "$here/systemd/kona-till.service" "$root/etc/systemd/system/kona-till.service"
cp "$here/systemd/70-kona-till-scanners.rules" "$root/etc/udev/rules.d/70-kona-till-scanners.rules"
cp "$here/systemd/modules-load.conf" "$root/etc/modules-load.d/kona-till.conf"
chmod 644 "$root/etc/modules-load.d/kona-till.conf"
chmod 644 "$root/etc/systemd/system/kona-till.service" "$root/etc/udev/rules.d/70-kona-till-scanners.rules"

if [ -z "$root" ]; then
  systemctl daemon-reload
  for module in hid usbserial cdc_acm; do modprobe "$module" 2>/dev/null || true; done
  udevadm control --reload && udevadm trigger --subsystem-match=usb --subsystem-match=tty --subsystem-match=hidraw || true
fi

if [ "$start" = yes ]; then
  if [ "$is_right" = yes ]; then
    systemctl enable --now kona-till
    systemctl restart kona-till
    say 'waiting whether the agent keeps running'
    keeps_running || fail 'the new version is installed, but the agent does not keep running. What it says: journalctl -u kona-till'
    say 'the agent runs: systemctl status kona-till'
  else
    say 'the agent was not started: mend the configuration first (kona-till config check), then: systemctl enable --now kona-till'
  fi
fi
say 'done. To see what is left to do: kona-till doctor'
