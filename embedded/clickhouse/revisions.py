"""The newest revision of ClickHouse's native protocol that this server supports, and revisions named after what they added."""

from __future__ import annotations

from typing import Final

# The newest revision that this server supports in full. The next one (54469) adds a count to the profile packet.
NEWEST: Final = 54468
TEMPORARY_TABLES: Final = 50264
TOTAL_ROWS_IN_PROGRESS: Final = 51554
BLOCK_INFO: Final = 51903
CLIENT_INFO: Final = 54032
SERVER_TIMEZONE: Final = 54058
QUOTA_KEY_IN_CLIENT_INFO: Final = 54060
DISPLAY_NAME: Final = 54372
VERSION_PATCH: Final = 54401
SERVER_LOGS: Final = 54406
WRITE_INFO: Final = 54420
SETTINGS_AS_STRINGS: Final = 54429
INTERSERVER_SECRET: Final = 54441
OPENTELEMETRY: Final = 54442
FORWARDED_FOR: Final = 54443
REFERER: Final = 54447
DISTRIBUTED_DEPTH: Final = 54448
INITIAL_QUERY_START_TIME: Final = 54449
PARALLEL_REPLICAS: Final = 54453
CUSTOM_SERIALIZATION: Final = 54454
PROFILE_EVENTS_IN_INSERT: Final = 54456
ADDENDUM: Final = 54458
PARAMETERS: Final = 54459
QUERY_TIME_IN_PROGRESS: Final = 54460
PASSWORD_RULES: Final = 54461
INTERSERVER_SECRET_V2: Final = 54462
TOTAL_BYTES_IN_PROGRESS: Final = 54463
TIMEZONE_UPDATES: Final = 54464
TABLE_READ_ONLY: Final = 54467
