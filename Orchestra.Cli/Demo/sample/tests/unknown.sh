sh todo.sh juggle 2>/dev/null
[ $? -eq 2 ]
