#!/usr/bin/env bash
# Installs bubblewrap for the tests of agents in a sandbox, from Debian's packages. Without it those tests are skipped.
set -euo pipefail

command -v bwrap >/dev/null && exit 0
command -v apt-get >/dev/null || {
    echo "there is no bwrap and no apt-get to install it; the tests of the sandbox are skipped" >&2
    exit 0
}
bash "$(dirname "${BASH_SOURCE[0]}")/install-packages.sh" bubblewrap
