# Shows the commands.
todo_help() {
    cat <<'END'
todo.sh add TEXT    add an item
todo.sh list        show all items
todo.sh tick N      tick off item N
More commands are to come.
END
}
