# Shows all items with their numbers.
todo_list() {
    [ ! -f "$TODO_FILE" ] || awk '{ print NR ". " $0 }' "$TODO_FILE"
}
