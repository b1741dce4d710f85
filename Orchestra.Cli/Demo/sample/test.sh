#!/bin/sh
# Runs every test in tests/; a test is a script that exits 0 when it passes. Each gets a list of its own.
cd "$(dirname "$0")" || exit 1
passed=0
failed=0
for test in tests/*.sh; do
    TODO_FILE=$(mktemp) || exit 1
    export TODO_FILE
    if sh "$test"; then
        echo "ok   $test"
        passed=$((passed + 1))
    else
        echo "FAIL $test"
        failed=$((failed + 1))
    fi
    rm -f "$TODO_FILE" "$TODO_FILE.new"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
