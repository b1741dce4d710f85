#!/usr/bin/env bash
# Runs one benchmark: ./bench.sh NAME [--json]. Without a name: lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "building…" >&2
if ! dotnet build bench/Orchestra.Bench -c Release -v q --nologo >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
dotnet bench/Orchestra.Bench/bin/Release/net10.0/Orchestra.Bench.dll "$@"
