#!/bin/sh
# Runs one command line of the Claude Code CLI, its only argument, without the keys that are for the CLI alone.
unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN CLAUDE_CODE_OAUTH_TOKEN
case ${SHELL##*/} in
    bash | zsh) exec "$SHELL" -c "$1" ;;
    *) exec bash -c "$1" ;;
esac
