#!/bin/bash
# Runs a MariaDB server; the first time it makes the database as the environment says.
# Variables: MARIADB_ or MYSQL_ before ROOT_PASSWORD, ALLOW_EMPTY_ROOT_PASSWORD,
# RANDOM_ROOT_PASSWORD, ROOT_HOST, DATABASE, USER, PASSWORD, each also with _FILE, and
# MARIADB_AUTO_UPGRADE. An upgrade makes no backup of its own.
set -euo pipefail
shopt -s nullglob

say() { printf '%s [Entrypoint]: %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }

# setting NAME DEFAULT puts MARIADB_NAME, MYSQL_NAME, or the content of the file that their _FILE names, into NAME.
setting() {
	local name=$1 value=$2 prefix variable file
	for prefix in MYSQL MARIADB; do
		variable=${prefix}_$name
		file=${prefix}_${name}_FILE
		if [ -n "${!variable:-}" ] && [ -n "${!file:-}" ]; then
			die "$variable and $file are both set: leave one out"
		fi
		[ -z "${!variable:-}" ] || value=${!variable}
		[ -z "${!file:-}" ] || value=$(cat "${!file}")
	done
	printf -v "$name" %s "$value"
	# Scripts that run the first time find them under their newer names.
	[ -z "$value" ] || export "MARIADB_$name=$value"
}

# option NAME gives the value that the server would use, from its arguments and configuration files.
option() {
	"${server[@]}" --verbose --help --log-bin-index=/tmp/unused 2>/dev/null | awk -v name="$1" '!found && $1 == name && /^[^ \t]/ { $1 = ""; sub(/^ +/, ""); print; found = 1 }'
}

# quoted makes a string of SQL.
quoted() {
	local s=${1//\\/\\\\} quote="'"
	printf "'%s'" "${s//$quote/$quote$quote}"
}

client() { mariadb --protocol=socket -uroot -hlocalhost --socket="$socket" ${password:+--password="$password"} --comments "$@"; }

# The temporary server listens on no network.
start_temporary() {
	"${server[@]}" --skip-networking --default-time-zone=SYSTEM --socket="$socket" --wsrep_on=OFF \
		--expire-logs-days=0 --loose-innodb_buffer_pool_load_at_startup=0 "$@" &
	temporary=$!
	for _ in $(seq 300); do
		if client --database=mysql -e 'SELECT 1' >/dev/null 2>&1; then return; fi
		kill -0 "$temporary" 2>/dev/null || die "the temporary server ended: see above"
		sleep 0.1
	done
	die "the temporary server does not answer within 30 seconds"
}

stop_temporary() {
	kill "$temporary"
	wait "$temporary" || die "the temporary server did not stop properly"
}

run_files() {
	local f
	for f in /docker-entrypoint-initdb.d/*; do
		case $f in
		*.sh)
			say "running $f"
			# As the official image does: a file that is not executable is read into this shell.
			if [ -x "$f" ]; then "$f"; else . "$f"; fi
			;;
		*.sql) say "running $f"; client ${DATABASE:+--database="$DATABASE"} <"$f" ;;
		*.sql.gz) say "running $f"; gunzip -c "$f" | client ${DATABASE:+--database="$DATABASE"} ;;
		*) say "ignoring $f" ;;
		esac
	done
}

accounts() {
	local host
	echo "SET @@SESSION.SQL_LOG_BIN=0;"
	echo "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');"
	echo "FLUSH PRIVILEGES;"
	echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$ROOT_PASSWORD");"
	if [ -n "$ROOT_HOST" ] && [ "$ROOT_HOST" != localhost ]; then
		host=$(quoted "$ROOT_HOST")
		echo "CREATE USER root@$host IDENTIFIED BY $(quoted "$ROOT_PASSWORD");"
		echo "GRANT ALL ON *.* TO root@$host WITH GRANT OPTION;"
	fi
	[ -z "$DATABASE" ] || echo "CREATE DATABASE IF NOT EXISTS \`${DATABASE//\`/\`\`}\`;"
	if [ -n "$USER" ] && [ -n "$PASSWORD" ]; then
		echo "CREATE USER $(quoted "$USER")@'%' IDENTIFIED BY $(quoted "$PASSWORD");"
		[ -z "$DATABASE" ] || echo "GRANT ALL ON \`${DATABASE//\`/\`\`}\`.* TO $(quoted "$USER")@'%';"
	fi
}

first_start() {
	[ -n "$ROOT_PASSWORD$ALLOW_EMPTY_ROOT_PASSWORD$RANDOM_ROOT_PASSWORD" ] ||
		die "there is no database yet and no password for it: set MARIADB_ROOT_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD or MARIADB_RANDOM_ROOT_PASSWORD"
	if [ -n "$RANDOM_ROOT_PASSWORD" ]; then
		ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
		say "GENERATED ROOT PASSWORD: $ROOT_PASSWORD"
	fi
	say "making the database in $datadir"
	mariadb-install-db --datadir="$datadir" --rpm --auth-root-authentication-method=normal --skip-test-db \
		--cross-bootstrap --loose-innodb_log_file_size=64M >/dev/null
	password=
	start_temporary
	accounts | client --database=mysql
	password=$ROOT_PASSWORD
	run_files
	stop_temporary
	say "the database is ready"
}

# An older server's tables are brought up to date, if that is wanted.
later_start() {
	[ -n "${MARIADB_AUTO_UPGRADE:-}" ] || return 0
	password=$ROOT_PASSWORD
	start_temporary --skip-grant-tables
	password=
	if ! mariadb-upgrade --socket="$socket" --check-if-upgrade-is-needed >/dev/null 2>&1; then
		say "the database is up to date"
	else
		say "upgrading the database"
		mariadb-upgrade --socket="$socket"
	fi
	stop_temporary
}

[ "${1:0:1}" != - ] || set -- mariadbd "$@"
case $1 in
mariadbd | mysqld) ;;
*) exec "$@" ;;
esac
for argument; do
	case $argument in
	-'?' | --help | --print-defaults | -V | --version) exec "$@" ;;
	esac
done

server=("$@")
unset MYSQL_PWD
if [ "$(id -u)" = 0 ]; then
	datadir=$(option datadir)
	mkdir -p "$datadir" /run/mysqld
	find "$datadir" /run/mysqld \! -user mysql -exec chown mysql: '{}' +
	exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
fi

datadir=$(option datadir)
socket=$(option socket)
[ -n "$datadir" ] || die "the server does not accept its arguments: $("${server[@]}" --verbose --help 2>&1 >/dev/null | grep -i error | head -n 3)"
setting ROOT_PASSWORD ''
setting ALLOW_EMPTY_ROOT_PASSWORD "${MARIADB_ALLOW_EMPTY_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}"
setting RANDOM_ROOT_PASSWORD ''
setting ROOT_HOST '%'
setting DATABASE ''
setting USER ''
setting PASSWORD ''
if [ -d "$datadir/mysql" ]; then later_start; else first_start; fi
exec "${server[@]}"
