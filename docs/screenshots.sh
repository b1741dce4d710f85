#!/usr/bin/env bash
# Takes the README's screenshots anew: runs the test that goes through the pages, and keeps its pictures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet test tests/Orchestra.Dashboard.Tests -c Release --nologo --filter TourTests
for page in inbox project session; do
    cp "tests/Orchestra.Dashboard.Tests/bin/Release/net10.0/screenshots/tour-$page.png" "docs/images/$page.png"
done
