"""Prints the users file for a real ClickHouse server (deploy/clickhouse/lapor-users.xml). The arguments are codes of provinces, if any."""

import sys

from embedded.clickhouse.accounts import server_users

sys.stdout.write(server_users(sys.argv[1:]))
