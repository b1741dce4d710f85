#!/usr/bin/env bash
# Builds everything once and runs every test project under tests/. Arguments go to `dotnet test`, for example: ./test.sh --filter Merge
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

fail() {
    echo "test.sh: $1" >&2
    exit 1
}

command -v dotnet >/dev/null || fail "dotnet is not on the PATH; install the .NET 10 SDK from https://dot.net"
command -v git >/dev/null || fail "git is not on the PATH; install git 2.38 or newer"

# What some tests need beyond .NET and git installs itself here.
for script in build/test-dependencies*.sh; do
    [ ! -f "$script" ] || bash "$script" || fail "$script failed"
done

dotnet build Orchestra.Functions.sln -c Release -v q --nologo || fail "the build failed"

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0

# Prints one attribute of the <Counters> of a result file.
counter() {
    sed -n "s/.*<Counters[^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

for project in tests/*.Tests/*.csproj; do
    [ -f "$project" ] || continue
    name=$(basename "$project" .csproj)
    echo "== $name"
    dotnet test "$project" --no-build -c Release --nologo --results-directory "$results" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" "$@"
    code=$?
    trx=$results/$name.trx
    if [ ! -f "$trx" ]; then
        # Nothing to count is right only when a filter left nothing.
        if [ "$code" -ne 0 ]; then
            echo "$name: the run ended with $code and left no result" >&2
            failed=$((failed + 1))
        fi
        continue
    fi
    ok=$(counter "$trx" passed)
    total=$(counter "$trx" total)
    run=$(counter "$trx" executed)
    bad=$((run - ok))
    # A crash may come after the last counted test: the exit code has the last word.
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
        echo "$name: all counted tests passed, but the run ended with $code" >&2
        bad=1
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + total - run))
done

[ $((passed + failed)) -gt 0 ] || echo "test.sh: no test was run" >&2
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
