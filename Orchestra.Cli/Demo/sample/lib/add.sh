# Adds an open item at the end.
todo_add() {
    printf '[ ] %s\n' "$*" >> "$TODO_FILE"
}
