#!/usr/bin/env bash
# Installs the browser of the dashboard's tests, from Debian's packages.
set -euo pipefail

[ -x /usr/bin/chromium ] && exit 0
command -v apt-get >/dev/null || {
    echo "there is no /usr/bin/chromium and no apt-get to install it; install chromium for the dashboard's tests" >&2
    exit 1
}
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "installing chromium…" >&2
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
