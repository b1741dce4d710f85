#!/bin/sh
# Stands for the Claude Code CLI: notes how it was called, does what the prompt's lines "run: COMMAND" say, and tells of it as the CLI does.
# A line "result: JSON" takes the place of its last word.
printf '%s\n' "$@" > claude-arguments.txt
prompt=$(cat)
session=
previous=
for argument in "$@"; do
    case $previous in --session-id | --resume) session=$argument ;; esac
    previous=$argument
done
echo "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"$session\"}"
echo '{"type":"assistant","message":{"id":"msg_1","role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"the prompt"}}],"usage":{"input_tokens":1000,"output_tokens":1}}}'
printf '%s\n' "$prompt" | sed -n 's/^run: //p' | sh -e
code=$?
result=$(printf '%s\n' "$prompt" | sed -n 's/^result: //p')
[ -n "$result" ] || result='"subtype":"success","is_error":false,"result":"Done."'
echo "{\"session_id\":\"$session\",\"total_cost_usd\":0.0125,\"modelUsage\":{\"m\":{\"inputTokens\":2000,\"outputTokens\":100}},\"type\":\"result\",$result}"
exit $code
