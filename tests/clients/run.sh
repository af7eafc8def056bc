#!/usr/bin/env bash
# Starts the platform before a simulated Ollama and lets the official npm clients use it; given the program that
# publishing the router ahead of time makes, with that as its router, in a process of its own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin="$here/../../artifacts/bin"
router=${1:-}
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

cp "$here"/package.json "$here"/check.mjs "$work"
(cd "$work" && npm install --no-audit --no-fund --silent)

dotnet "$bin/Sutazai.Testing/release/Sutazai.Testing.dll" ollama --urls http://127.0.0.1:18434 --time-scale 0 >"$work/ollama.log" 2>&1 &
pids+=($!)
if [ -z "$router" ]; then
  dotnet "$bin/Sutazai.Host/release/Sutazai.Host.dll" --urls http://127.0.0.1:18080 --data "$work/data" --ollama http://127.0.0.1:18434 >"$work/host.log" 2>&1 &
  pids+=($!)
else
  shared=(--data "$work/data" --Internal:Key "a key that both processes of this run share")
  dotnet "$bin/Sutazai.Host/release/Sutazai.Host.dll" --target artifacts,gateway,identity,registry,data-files --urls http://127.0.0.1:18080 --Internal:Url http://127.0.0.1:18081 \
    --services:model-router:http:0=http://127.0.0.1:18082 "${shared[@]}" >"$work/host.log" 2>&1 &
  pids+=($!)
  "$router" --urls http://127.0.0.1:18082 --services:registry:http:0=http://127.0.0.1:18081 --ollama http://127.0.0.1:18434 "${shared[@]}" >"$work/router.log" 2>&1 &
  pids+=($!)
fi

for _ in $(seq 300); do
  if curl -fsS http://127.0.0.1:18080/v1/models 2>/dev/null | grep -q 'agent/csv-profiler'; then
    (cd "$work" && node check.mjs http://127.0.0.1:18080)
    exit
  fi
  sleep 0.2
done
echo "The platform did not come up:"
cat "$work"/*.log
exit 1
