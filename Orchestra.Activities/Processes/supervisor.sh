# Runs one agent or gate detached from the host, so that a crash of the host loses neither its output nor its exit code.
# $1 run folder, $2 attempt token, $3 working folder, $4 file for standard input, $5 and $6 files for standard output and error, then the argument list.
run=$1 token=$2 work=$3 input=$4 output=$5 errors=$6
shift 6

# The host's own streams are not for what outlives it: who reads them would wait for the agent after the host has gone.
exec </dev/null >/dev/null 2>&1

# A supervisor that was spawned by a host which died and has since been replaced must not start a second agent.
read -r current <"$run/attempt" && [ "$current" = "$token" ] || exit 0

start_time() { shift 19; printf '%s' "$1"; }
read -r stat <"/proc/$$/stat"
read -r boot </proc/sys/kernel/random/boot_id
# The name in parentheses may hold blanks, so fields are counted from behind it. The identity is written before the agent starts.
printf '%s %s %s\n' "$$" "$(start_time ${stat##*) })" "$boot" >"$run/pid.tmp" && mv "$run/pid.tmp" "$run/pid" || exit 0

# A handler, unlike an ignored signal, is not inherited: the agent ends by SIGTERM and its exit code is still recorded.
trap : TERM INT HUP

cd "$work" || exit 0
"$@" <"$input" >>"$output" 2>>"$errors"
code=$?
printf '%s\n' "$code" >"$run/exit.tmp" && mv "$run/exit.tmp" "$run/exit"
