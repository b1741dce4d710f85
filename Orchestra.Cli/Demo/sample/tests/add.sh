sh todo.sh add buy milk
[ "$(sh todo.sh list)" = "1. [ ] buy milk" ]
