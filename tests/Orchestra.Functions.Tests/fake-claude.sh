#!/bin/sh
# Stands for the Claude Code CLI: notes how it was called, then does what the prompt's lines "run: COMMAND" say.
printf '%s\n' "$@" > claude-arguments.txt
printf '%s\n' "${ANTHROPIC_API_KEY-none}" > claude-key.txt
cat > .git-prompt.tmp
sed -n 's/^run: //p' .git-prompt.tmp | sh -e
code=$?
rm .git-prompt.tmp
echo '{"type":"result","subtype":"success","is_error":false,"result":"Done."}'
exit $code
