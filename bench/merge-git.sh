#!/bin/sh
# Plain git merging the same branches in the same order: merge-git.sh WORKTREE COMMIT...
# A merge that conflicts is aborted. Prints how many came in.
set -eu
cd "$1"
shift
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@orchestra.invalid GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@orchestra.invalid
clean=0
for commit in "$@"; do
    if git merge --quiet --no-ff --no-stat --message "merge" "$commit" >/dev/null 2>&1; then
        clean=$((clean + 1))
    else
        git merge --abort
    fi
done
echo "$clean"
