#!/bin/sh
# The git steps of a pipeline in plain sequential shell: pipeline-git.sh REPO AGENTS
# Branch and worktree per agent, one commit each, a merge commit each, landing, clean-up.
set -eu
repo=$1
agents=$2
work=$(mktemp -d)
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@orchestra.invalid GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@orchestra.invalid

git -C "$repo" worktree add --quiet -b integration "$work/integration" main
n=1
while [ "$n" -le "$agents" ]; do
    git -C "$repo" worktree add --quiet -b "agent-$n" "$work/agent-$n" main
    (cd "$work/agent-$n" && sh -c "echo x > agent-$n.txt")
    git -C "$work/agent-$n" add --all
    git -C "$work/agent-$n" commit --quiet --message "agent $n"
    n=$((n + 1))
done
n=1
while [ "$n" -le "$agents" ]; do
    git -C "$work/integration" merge --quiet --no-ff --message "merge agent $n" "agent-$n"
    n=$((n + 1))
done
git -C "$repo" merge --quiet --ff-only integration
n=1
while [ "$n" -le "$agents" ]; do
    git -C "$repo" worktree remove --force "$work/agent-$n"
    n=$((n + 1))
done
git -C "$repo" worktree remove --force "$work/integration"
rm -rf "$work"
