#!/bin/sh
# Stands for the Claude Code CLI: notes how it was called, does what the prompt's lines "run: COMMAND" say, and tells of it as the CLI does.
# A line "result: JSON" takes the place of its last word; "run ROLE: " and "result ROLE: " are for the teammate of that role.
prompt=$(cat)
role=$(printf '%s\n' "$prompt" | sed -n 's/^You are the \([a-z]*\): .*/\1/p')
printf '%s\n' "$@" >claude-arguments.txt
[ -z "$role" ] || printf '%s\n' "$prompt" >"prompt-$role.txt"
session=
previous=
for argument in "$@"; do
    case $previous in --session-id | --resume) session=$argument ;; esac
    previous=$argument
done

# The lines of the prompt that begin with $1, for everybody or for this role.
lines() {
    printf '%s\n' "$prompt" | sed -n "s/^$1: //p"
    [ -z "$role" ] || printf '%s\n' "$prompt" | sed -n "s/^$1 $role: //p"
}

echo "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"$session\"}"
echo "{\"type\":\"assistant\",\"message\":{\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"Bash\",\"input\":{\"command\":\"work of ${role:-one}\"}}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":1}}}"
lines run | sh -e
code=$?
result=$(lines result)
[ -n "$result" ] || result="\"subtype\":\"success\",\"is_error\":false,\"result\":\"Done by ${role:-one}.\""
echo "{\"session_id\":\"$session\",\"total_cost_usd\":0.0125,\"modelUsage\":{\"m\":{\"inputTokens\":2000,\"outputTokens\":100}},\"type\":\"result\",$result}"
exit $code
