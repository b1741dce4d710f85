#!/bin/sh
# Keeps a to-do list in the file named by TODO_FILE. Each command is a function in lib/ of the same name.
here=$(dirname "$0")
: "${TODO_FILE:=$HOME/.todo}"

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
*[!a-z]*) echo "todo: no such command: $command" >&2; exit 2 ;;
esac
if [ ! -f "$here/lib/$command.sh" ]; then
    echo "todo: no such command: $command" >&2
    exit 2
fi
. "$here/lib/$command.sh"
"todo_$command" "$@"
