#!/usr/bin/env bash
# Installs what tests need beyond .NET and git, as the lock files pin it: Azurite, the emulator of Azure Storage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../tests/azurite"

# A copy of the lock file beside the packages says what they were installed from.
installed=node_modules/.installed-from
if cmp -s package-lock.json "$installed"; then
    exit 0
fi
for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "$tool is not on the PATH; the storage tests run against Azurite, which needs Node.js 20 or newer" >&2
        exit 1
    }
done
npm ci --no-audit --no-fund
cp package-lock.json "$installed"
