"""Prints the users file for a real ClickHouse server, which deploy/clickhouse/lapor-users.xml is."""

import sys

from embedded.clickhouse.accounts import server_users

sys.stdout.write(server_users())
