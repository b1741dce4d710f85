# Ticks off the item with the given number.
todo_tick() {
    awk -v n="$1" 'NR == n { sub(/^\[ \]/, "[x]") } { print }' "$TODO_FILE" > "$TODO_FILE.new" &&
        mv "$TODO_FILE.new" "$TODO_FILE"
}
