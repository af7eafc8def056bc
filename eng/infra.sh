#!/usr/bin/env bash
# eng/infra.sh start|stop|status: real PostgreSQL, Redis and RabbitMQ for the tests that want them, from Debian's packages.
#
#   eval "$(eng/infra.sh start)"    installs what is missing (as root), starts all three, sets ConnectionStrings__*
#   eng/infra.sh status             says what runs; fails unless all three do
#   eng/infra.sh stop               stops them and deletes their data
#
# They listen on loopback only. SUTAZAI_INFRA names the folder of their data, SUTAZAI_{POSTGRES,REDIS,RABBITMQ}_PORT their ports.
set -euo pipefail

state=${SUTAZAI_INFRA:-${TMPDIR:-/tmp}/sutazai-infra-$(id -u)}
postgres_port=${SUTAZAI_POSTGRES_PORT:-55432}
redis_port=${SUTAZAI_REDIS_PORT:-56379}
rabbitmq_port=${SUTAZAI_RABBITMQ_PORT:-55672}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "infra.sh: $*"
  exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# --- packages ---------------------------------------------------------------------------------------------------------------------

postgres_bin() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1; }

rabbitmq_bin=/usr/lib/rabbitmq/bin

missing_packages() {
  [ -x "$(postgres_bin)/pg_ctl" ] || echo postgresql
  command -v redis-server >/dev/null || echo redis-server
  [ -x "$rabbitmq_bin/rabbitmq-server" ] || echo rabbitmq-server
}

install_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -eq 0 ]; then
    return
  fi

  is_root || fail "needs ${missing[*]}: run 'apt-get install ${missing[*]}', or this script as root."
  command -v apt-get >/dev/null || fail "needs ${missing[*]}, and there is no apt-get here to install them with."
  say "installing ${missing[*]} ..."

  # The packages would start servers of their own on the default ports; a policy forbids it while they are installed.
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi

  local output installed=yes
  output=$({ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } 2>&1) || installed=
  [ -z "$ours" ] || rm -f "$policy"
  [ -n "$installed" ] || fail "apt-get could not install ${missing[*]}:"$'\n'"$output"
}

# --- the folder of data -----------------------------------------------------------------------------------------------------------

prepare_state() {
  mkdir -p "$state"
  [ -O "$state" ] || fail "$state belongs to somebody else; set SUTAZAI_INFRA to a folder of your own."
  chmod 711 "$state"
  mkdir -p "$state/redis" "$state/rabbitmq"
  chmod 700 "$state/redis" "$state/rabbitmq"
  if [ ! -s "$state/password" ]; then
    (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$state/password")
  fi
}

password() { cat "$state/password"; }

# wait_until SECONDS WHAT COMMAND...: polls until the command succeeds.
wait_until() {
  local seconds=$1 what=$2
  shift 2
  local end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "$what is not ready after $seconds s; its log is in $state."
    sleep 0.2
  done
}

# --- PostgreSQL, which refuses to run as root ---------------------------------------------------------------------------------------

as_postgres() {
  if is_root; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

postgres_running() { [ -d "$state/postgres/data" ] && as_postgres "$(postgres_bin)/pg_ctl" status -D "$state/postgres/data" >/dev/null 2>&1; }

start_postgres() {
  postgres_running && return
  local bin data=$state/postgres/data
  bin=$(postgres_bin)
  mkdir -p "$state/postgres"
  chmod 700 "$state/postgres"
  if [ ! -s "$data/PG_VERSION" ]; then
    cp "$state/password" "$state/postgres/password"
    if is_root; then
      chown -R postgres: "$state/postgres"
    fi
    as_postgres "$bin/initdb" -D "$data" -U sutazai -E UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$state/postgres/password" >/dev/null
    rm "$state/postgres/password"
  fi

  # Data of tests need not survive a power cut.
  as_postgres "$bin/pg_ctl" start -s -w -t 60 -D "$data" -l "$state/postgres/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$postgres_port -c unix_socket_directories='' -c fsync=off -c max_connections=200" >/dev/null \
    || fail "PostgreSQL did not start; see $state/postgres/log."
  if ! psql_as_owner -d sutazai -c 'select 1' >/dev/null 2>&1; then
    psql_as_owner -d postgres -qc 'create database sutazai' >/dev/null
  fi
}

psql_as_owner() { PGPASSWORD=$(password) "$(postgres_bin)/psql" -w -h 127.0.0.1 -p "$postgres_port" -U sutazai "$@"; }

stop_postgres() {
  if postgres_running; then
    as_postgres "$(postgres_bin)/pg_ctl" stop -s -m fast -w -D "$state/postgres/data" >&2
  fi
}

# --- Redis --------------------------------------------------------------------------------------------------------------------------

redis() { REDISCLI_AUTH=$(password) redis-cli -h 127.0.0.1 -p "$redis_port" "$@"; }

redis_running() { [ -s "$state/redis/pid" ] && kill -0 "$(cat "$state/redis/pid")" 2>/dev/null; }

redis_answers() { [ "$(redis ping)" = PONG ]; }

start_redis() {
  redis_running && return
  (
    umask 077
    cat >"$state/redis/redis.conf" <<CONF
bind 127.0.0.1
port $redis_port
requirepass $(password)
daemonize yes
pidfile $state/redis/pid
logfile $state/redis/log
dir $state/redis
appendonly no
CONF
  )
  redis-server "$state/redis/redis.conf" >/dev/null
  wait_until 20 Redis redis_answers
}

stop_redis() {
  if redis_running; then
    local pid
    pid=$(cat "$state/redis/pid")
    kill "$pid"
    wait_until 20 'the end of Redis' stopped "$pid"
  fi
}

stopped() { ! kill -0 "$1" 2>/dev/null; }

# --- RabbitMQ, with an Erlang port mapper of its own ----------------------------------------------------------------------------------

rabbitmq() {
  local command=$1
  shift
  local home=$state/rabbitmq
  env HOME="$home" \
    RABBITMQ_NODENAME="sutazai-$rabbitmq_port@localhost" \
    RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \
    RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$home/mnesia" \
    RABBITMQ_LOG_BASE="$home/log" \
    RABBITMQ_PID_FILE="$home/pid" \
    RABBITMQ_DIST_PORT=$((rabbitmq_port + 2)) \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    ERL_EPMD_PORT=$((rabbitmq_port + 1)) \
    ERL_EPMD_ADDRESS=127.0.0.1 \
    "$command" "$@"
}

rabbitmq_running() { [ -s "$state/rabbitmq/pid" ] && kill -0 "$(cat "$state/rabbitmq/pid")" 2>/dev/null; }

start_rabbitmq() {
  rabbitmq_running && return
  (
    umask 077
    cat >"$state/rabbitmq/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$rabbitmq_port
default_user = sutazai
default_pass = $(password)
disk_free_limit.absolute = 100MB
CONF
    : >"$state/rabbitmq/rabbitmq-env.conf"
    echo '[].' >"$state/rabbitmq/enabled_plugins"
  )
  rabbitmq "$rabbitmq_bin/rabbitmq-server" -detached >"$state/rabbitmq/start.log" 2>&1
  wait_until 60 RabbitMQ test -s "$state/rabbitmq/pid"
  rabbitmq "$rabbitmq_bin/rabbitmqctl" -q await_startup --timeout 90 >>"$state/rabbitmq/start.log" 2>&1 \
    || fail "RabbitMQ did not start; see $state/rabbitmq/start.log and $state/rabbitmq/log."
}

stop_rabbitmq() {
  if rabbitmq_running; then
    local pid
    pid=$(cat "$state/rabbitmq/pid")
    rabbitmq "$rabbitmq_bin/rabbitmqctl" -q stop >>"$state/rabbitmq/start.log" 2>&1 || kill "$pid"
    wait_until 60 'the end of RabbitMQ' stopped "$pid"
  fi

  if [ -d "$state/rabbitmq" ]; then
    rabbitmq epmd -kill >/dev/null 2>&1 || true
  fi
}

# --- commands -------------------------------------------------------------------------------------------------------------------------

print_connections() {
  local secret
  secret=$(password)
  cat <<ENV
export ConnectionStrings__postgres='Host=127.0.0.1;Port=$postgres_port;Username=sutazai;Password=$secret;Database=sutazai'
export ConnectionStrings__redis='127.0.0.1:$redis_port,password=$secret'
export ConnectionStrings__rabbitmq='amqp://sutazai:$secret@127.0.0.1:$rabbitmq_port'
ENV
}

start() {
  install_packages
  prepare_state
  start_postgres
  start_redis
  start_rabbitmq
  print_connections
}

stop() {
  [ -d "$state" ] || return 0
  stop_rabbitmq
  stop_redis
  stop_postgres
  rm -rf "$state/postgres" "$state/redis" "$state/rabbitmq" "$state/password"
  rmdir "$state" 2>/dev/null || say "$state holds files of others; left alone."
}

status() {
  local all=0 server
  for server in postgres redis rabbitmq; do
    if "${server}_running"; then
      echo "$server running"
    else
      echo "$server stopped"
      all=1
    fi
  done
  return "$all"
}

case "${1:-}" in
  start | stop | status) "$1" ;;
  *) fail "usage: eng/infra.sh start|stop|status" ;;
esac
