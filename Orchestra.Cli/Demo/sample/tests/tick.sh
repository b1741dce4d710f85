sh todo.sh add one
sh todo.sh add two
sh todo.sh tick 2
[ "$(sh todo.sh list | tail -n 1)" = "2. [x] two" ]
