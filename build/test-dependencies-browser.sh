#!/usr/bin/env bash
# Installs the browser of the dashboard's tests, from Debian's packages.
set -euo pipefail

[ -x /usr/bin/chromium ] && exit 0
command -v apt-get >/dev/null || {
    echo "there is no /usr/bin/chromium and no apt-get to install it; install chromium for the dashboard's tests" >&2
    exit 1
}
bash "$(dirname "${BASH_SOURCE[0]}")/install-packages.sh" chromium fonts-dejavu-core
