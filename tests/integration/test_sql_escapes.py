"""What an analyst with a password can do to the embedded ClickHouse: read the views, and nothing else, however it is written."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from embedded.clickhouse.accounts import ANALYST, DATA, OPERATOR, SINK
from tests.harness.clickhouse import PASSWORD, new_client, port

__all__ = ["port"]

SECRET = "a-word-that-nobody-may-read"
"""It is in a file that the server's user can read, and in a table that analysts may not read."""

REFUSED = {47, 62, 358, 452, 456, 497}
"""The codes of refusals: an unknown name, bad syntax, a file, a locked setting, a missing parameter; for most of them no right."""


@pytest.fixture(scope="module")
def secret(port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the secret, and a database with one view of what analysts may read."""
    path: Path = tmp_path_factory.mktemp("secret") / "secret"
    path.write_text(SECRET)
    with new_client(port, user=SINK) as sink:
        sink.execute("CREATE TABLE case_now (id UInt32, text String, at DateTime64(3, 'UTC'), tags Array(String), "
                     "due Array(Tuple(duty String, day Date32))) ENGINE = ReplacingMergeTree ORDER BY id")  # fmt: skip
        sink.execute("CREATE VIEW cases DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * FROM case_now FINAL")
        sink.execute(
            "CREATE VIEW complaints DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT id, text FROM case_now FINAL"
        )
        sink.execute("CREATE TABLE hidden (word String) ENGINE = MergeTree ORDER BY word")
        sink.execute("INSERT INTO hidden VALUES", [(SECRET,)])
        sink.execute(
            "INSERT INTO case_now SELECT number, toString(number), now64(3), ['a', 'b'], [('accept', today())] FROM numbers(100)"
        )
    return path


@pytest.fixture
def analyst(port: int, secret: Path) -> Iterator[Client]:
    """A client that is logged in as an analyst."""
    assert secret.exists()
    with new_client(port, user=ANALYST) as client:
        yield client


ESCAPES = """
SELECT * FROM file('{file}', 'RawBLOB')
SELECT * FROM file('{file}', 'LineAsString', 'a String')
SELECT file('{file}')
SELECT `file`('{file}')
SELECT "file"('{file}')
SELECT FILE('{file}')
SELECT File('{file}')
SELECT/**/file/**/('{file}')
SELECT file -- a comment
  ('{file}')
SELECT (((file('{file}'))))
SELECT length(file('{file}'))
SELECT file(concat('{file}', ''))
SELECT file(unhex('2f6574632f706173737764'))
SELECT file({name:String})
SELECT if(1, file('{file}'), '')
SELECT arrayMap(x -> file(x), ['{file}'])
SELECT arrayMap(file, ['{file}'])
SELECT arrayMap(`file`, ['{file}'])
SELECT arrayFilter(file, ['{file}'])
SELECT arrayFold(file, ['{file}'], '')
SELECT mapApply(file, map('a', '{file}'))
WITH file AS f SELECT f('{file}')
WITH file AS f SELECT arrayMap(f, ['{file}'])
WITH x -> file(x) AS f SELECT f('{file}')
WITH (x -> file(x)) AS f SELECT arrayMap(f, ['{file}'])
SELECT arrayMap(hostName, ['x'])
SELECT * APPLY(file) FROM (SELECT '{file}')
SELECT * APPLY file FROM (SELECT '{file}')
SELECT * APPLY(x -> file(x)) FROM (SELECT '{file}')
SELECT COLUMNS('.*') APPLY(file) FROM (SELECT '{file}')
SELECT a.* APPLY(file) FROM (SELECT '{file}') AS a
SELECT * REPLACE (file('{file}') AS text) FROM cases
WITH file('{file}') AS x SELECT x
WITH x AS (SELECT file('{file}')) SELECT * FROM x
WITH f AS (p -> file(p)) SELECT f('{file}')
WITH RECURSIVE x AS (SELECT file('{file}') AS a UNION ALL SELECT a FROM x WHERE 0) SELECT * FROM x
SELECT 1 WHERE file('{file}') != ''
SELECT 1 GROUP BY file('{file}')
SELECT count() HAVING file('{file}') != ''
SELECT 1 ORDER BY file('{file}')
SELECT 1 LIMIT length(file('{file}'))
SELECT sum(1) OVER (PARTITION BY file('{file}'))
SELECT sum(1) OVER w FROM cases WINDOW w AS (ORDER BY file('{file}'))
SELECT id FROM cases ORDER BY id WITH FILL TO length(file('{file}'))
SELECT id, text FROM cases ORDER BY id WITH FILL INTERPOLATE (text AS file('{file}'))
SELECT 1 QUALIFY file('{file}') != ''
SELECT * FROM cases PREWHERE file('{file}') != ''
SELECT * FROM cases AS a JOIN complaints AS b ON a.text = file('{file}')
SELECT x FROM cases ARRAY JOIN [file('{file}')] AS x
SELECT 1 UNION ALL SELECT length(file('{file}'))
SELECT '1' EXCEPT SELECT file('{file}')
SELECT 1 WHERE EXISTS (SELECT file('{file}'))
SELECT '1' IN (SELECT file('{file}'))
SELECT '1' IN file('{file}', 'LineAsString', 'a String')
SELECT '1' IN format(Values, 'a String', '(file(\\'{file}\\'))')
SELECT CASE WHEN 1 THEN file('{file}') END
EXPLAIN SELECT file('{file}')
EXPLAIN SYNTAX SELECT file('{file}')
EXPLAIN QUERY TREE SELECT file('{file}')
EXPLAIN PIPELINE SELECT * FROM file('{file}', 'RawBLOB')
EXPLAIN ESTIMATE SELECT * FROM file('{file}', 'RawBLOB')
EXPLAIN AST SELECT file('{file}')
DESCRIBE (SELECT file('{file}') AS a)
DESCRIBE file('{file}', 'RawBLOB')
DESCRIBE TABLE url('http://127.0.0.1:1/', 'TSV', 'a String')
SELECT * FROM (EXPLAIN SELECT file('{file}'))
SELECT * FROM viewExplain('EXPLAIN', '', (SELECT file('{file}')))
SELECT * FROM view(SELECT file('{file}'))
SELECT * FROM loop(hidden)
SELECT * FROM format(Values, 'a String', '(file(\\'{file}\\'))')
SELECT * FROM format(JSONEachRow, 'a String, b String DEFAULT file(\\'{file}\\')', '{{"a":"x"}}')
SELECT * FROM values('a String', 'x')
SELECT * FROM generateRandom('a String DEFAULT file(\\'{file}\\')') LIMIT 1
SELECT * FROM input('a String')
SELECT * FROM null('a String')
SELECT * FROM eval('SELECT file(\\'{file}\\')')
SELECT * FROM fileCluster('default', '{file}', 'RawBLOB')
SELECT * FROM filesystem('{file}')
SELECT * FROM sqlite('{file}', 'cases')
SELECT * FROM url('http://127.0.0.1:1/', 'TSV', 'a String')
SELECT * FROM urlCluster('default', 'http://127.0.0.1:1/', 'TSV', 'a String')
SELECT * FROM s3('http://127.0.0.1:1/b/k', 'TSV', 'a String')
SELECT * FROM s3Cluster('default', 'http://127.0.0.1:1/b/k', 'TSV')
SELECT * FROM gcs('http://127.0.0.1:1/b/k', 'TSV')
SELECT * FROM hdfs('hdfs://127.0.0.1:1/x', 'TSV', 'a String')
SELECT * FROM azureBlobStorage('http://127.0.0.1:1', 'a', 'b', 'c', 'd')
SELECT * FROM deltaLake('http://127.0.0.1:1/b/k')
SELECT * FROM iceberg('http://127.0.0.1:1/b/k')
SELECT * FROM icebergLocal('{file}')
SELECT * FROM hudi('http://127.0.0.1:1/b/k')
SELECT * FROM remote('127.0.0.1', 'lapor', 'hidden')
SELECT * FROM remoteSecure('127.0.0.1', 'lapor', 'hidden')
SELECT * FROM cluster('default', 'lapor', 'hidden')
SELECT * FROM clusterAllReplicas('default', 'lapor', 'hidden')
SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')
SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')
SELECT * FROM mongodb('127.0.0.1:1', 'a', 'b', 'c', 'd', 'e String')
SELECT * FROM redis('127.0.0.1:1', 'key', 'key String')
SELECT * FROM odbc('DSN=x', 'a', 'b')
SELECT * FROM jdbc('x', 'a', 'b')
SELECT * FROM executable('x.sh', 'TSV', 'a String')
SELECT * FROM python('x')
SELECT * FROM Python(x)
SELECT * FROM arrowstream('x')
SELECT * FROM dictionary('d')
SELECT * FROM merge('lapor', '.*')
SELECT * FROM merge('system', 'processes')
SELECT * FROM mergeTreeIndex('lapor', 'hidden')
SELECT * FROM fuzzJSON('x')
SELECT * FROM hidden
SELECT * FROM lapor.hidden
SELECT * FROM `lapor`.`hidden`
SELECT * FROM case_now
SELECT * FROM lapor.case_now
WITH cases AS (SELECT * FROM lapor.hidden) SELECT * FROM cases
WITH cases AS (SELECT * FROM system.processes) SELECT * FROM cases
SELECT * FROM (SELECT * FROM hidden) AS cases
SELECT (SELECT word FROM hidden)
SELECT 1 IN hidden
SELECT 1 IN (hidden, 1)
SELECT '1' GLOBAL IN lapor.hidden
SELECT * FROM cases WHERE text IN (SELECT word FROM hidden)
SELECT * FROM {{t:Identifier}}
SELECT * FROM {{d:Identifier}}.{{t:Identifier}}
SHOW CREATE TABLE hidden
DESCRIBE hidden
SELECT * FROM system.processes
SELECT query FROM `system`.`processes`
SELECT * FROM system."processes"
SELECT * FROM system . processes
SELECT * FROM system.users
SELECT * FROM system.disks
SELECT * FROM system.server_settings
SELECT * FROM system.query_log
SELECT * FROM system.merges
SELECT * FROM system.parts
SELECT * FROM system.clusters
SELECT * FROM system.dictionaries
SELECT * FROM system.macros
SELECT * FROM system.grants
SELECT * FROM system.build_options
SELECT * FROM system.stack_trace
SELECT * FROM system.zookeeper WHERE path = '/'
SELECT * FROM system.named_collections
SELECT 1 IN system.processes
SELECT count() FROM cases, system.processes
SELECT arrayLevenshteinDistance(range(100000), range(100000))
SELECT length(polygonsUnionCartesian([[[(0., 0.), (0., 3.), (3., 3.)]]], [[[(1., 1.), (1., 4.), (4., 4.)]]]))
SELECT arraySimilarity(range(100000), range(100000), range(100000), range(100000))
SHOW TABLES WHERE throwIf(1, hex(file('{file}')))
SHOW TABLES LIMIT length(file('{file}'))
SHOW FULL TABLES WHERE throwIf(1, file('{file}'))
SHOW COLUMNS FROM cases WHERE throwIf(1, file('{file}'))
SHOW INDEX FROM cases WHERE throwIf(1, file('{file}'))
SHOW DATABASES WHERE throwIf(1, file('{file}'))
SHOW PROCESSLIST
SHOW GRANTS
SHOW ACCESS
SHOW USERS
SHOW CREATE USER lapor_sink
SHOW CREATE TABLE system.processes
EXISTS TABLE system.processes
DESCRIBE system.processes
SELECT getSetting('max_execution_time')
SELECT getServerSetting('max_server_memory_usage')
SELECT getMergeTreeSetting('index_granularity')
SELECT getMacro('x')
SELECT hostName()
SELECT FQDN()
SELECT getServerPort('tcp_port')
SELECT tcpPort()
SELECT serverUUID()
SELECT buildId()
SELECT getOSKernelVersion()
SELECT filesystemAvailable()
SELECT filesystemCapacity()
SELECT addressToLine(1)
SELECT addressToSymbol(1)
SELECT demangle('x')
SELECT logTrace('x')
SELECT showCertificate()
SELECT zookeeperSessionUptime()
SELECT getClientHTTPHeader('x')
SELECT joinGet('lapor.hidden', 'word', 'x')
SELECT dictGet('d', 'a', 1)
SELECT dictGetOrDefault('d', 'a', 1, 'x')
SELECT dictHas('d', 1)
SELECT hasColumnInTable('lapor', 'hidden', 'word')
SELECT catboostEvaluate('{file}', 1)
SELECT evalMLMethod(1, 2)
SELECT naiveBayesClassifier('x', 'y')
SELECT initializeAggregation('sum', 1)
SELECT regionToName(toUInt32(1))
SELECT aiGenerate('x')
SELECT sleep(3)
SELECT sleepEachRow(0.1) FROM numbers(1000)
SELECT throwIf(1)
SELECT fuzzQuery('SELECT 1')
SELECT decrypt('aes-128-ecb', 'x', 'y')
KILL QUERY WHERE 1
KILL QUERY WHERE 1 SYNC
KILL MUTATION WHERE 1
CREATE TEMPORARY TABLE t (a Int32)
CREATE TEMPORARY TABLE t AS SELECT file('{file}')
CREATE TABLE t (a Int32) ENGINE = Memory
CREATE TABLE t ENGINE = File(TSV, '{file}') AS SELECT 1
CREATE TABLE t AS file('{file}', 'RawBLOB')
CREATE VIEW v AS SELECT * FROM hidden
CREATE OR REPLACE VIEW cases AS SELECT * FROM hidden
CREATE MATERIALIZED VIEW v ENGINE = Memory AS SELECT * FROM hidden
CREATE DATABASE d
CREATE DATABASE d ENGINE = SQLite('{file}')
CREATE DATABASE d ENGINE = Filesystem('/')
CREATE DICTIONARY d (a String) PRIMARY KEY a SOURCE(FILE(path '{file}' format 'TSV')) LAYOUT(FLAT()) LIFETIME(0)
CREATE FUNCTION f AS x -> file(x)
CREATE USER u
CREATE ROLE r
CREATE NAMED COLLECTION n AS a = 1
ATTACH TABLE t FROM '{file}' (a Int32) ENGINE = File(TSV)
ATTACH DATABASE d
DETACH TABLE hidden
EXCHANGE TABLES cases AND hidden
RENAME TABLE hidden TO cases
DROP TABLE hidden
DROP VIEW cases
TRUNCATE TABLE hidden
OPTIMIZE TABLE hidden
ALTER TABLE hidden DELETE WHERE 1
ALTER TABLE hidden ADD COLUMN a String DEFAULT file('{file}')
DELETE FROM hidden WHERE 1
UPDATE hidden SET word = '' WHERE 1
CHECK TABLE hidden
UNDROP TABLE hidden
INSERT INTO hidden VALUES ('x')
INSERT INTO hidden SELECT 'x'
INSERT INTO FUNCTION file('{file}', 'TSV', 'a String') SELECT 'x'
INSERT INTO FUNCTION url('http://127.0.0.1:1/', 'TSV', 'a String') SELECT 'x'
INSERT INTO hidden FROM INFILE '{file}' FORMAT TSV
SELECT 1 INTO OUTFILE '{file}'
SELECT 1 INTO OUTFILE '{file}' TRUNCATE
(SELECT 1) INTO OUTFILE '{file}'
SELECT 1 INTO/**/OUTFILE '{file}'
SET ROLE lapor_sink
SET ROLE ALL
SET ROLE NONE
SET DEFAULT ROLE ALL TO default
SET max_execution_time = 0
SET readonly = 0
SET log_comment = ''
EXECUTE AS default SELECT 1
EXECUTE AS default
GRANT lapor_sink TO default
REVOKE ALL ON *.* FROM default
USE system
USE operator
SELECT 1 SETTINGS max_execution_time = 0
SELECT 1 SETTINGS readonly = 0
SELECT 1 SETTINGS allow_experimental_eval_table_function = 1
SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)
EXPLAIN SELECT 1 SETTINGS max_execution_time = 0
EXPLAIN SYNTAX run_query_tree_passes = 1 SELECT 1
SELECT 1; SELECT file('{file}')
SELECT 1;; DROP TABLE hidden
SELECT 1 /* ; */; SELECT 2
SELECT \u2018;\u2019; SELECT file('{file}')
SELECT 1 FORMAT TSV; SELECT 2
BEGIN TRANSACTION
COMMIT
SYSTEM SHUTDOWN
SYSTEM FLUSH LOGS
SYSTEM STOP MERGES hidden
SYSTEM DROP MARK CACHE
BACKUP TABLE hidden TO File('{file}')
RESTORE TABLE hidden FROM File('{file}')
MOVE USER x TO y
WATCH cases
COPY cases TO '{file}'
"""


def written(secret: Path) -> list[str]:
    """Return the statements, with the path of the secret. A line that is indented continues the one before."""
    text = ESCAPES.strip().replace("\n  ", "\0").replace("{file}", str(secret)).replace("{{", "{").replace("}}", "}")
    return [line.replace("\0", "\n  ") for line in text.splitlines()]


def outcome(client: Client, text: str) -> str:
    """Return "refused", or what came back."""
    parameters = {"t": "hidden", "d": DATA, "name": "/etc/passwd"}
    try:
        rows = client.execute(text, parameters)
    except ServerException as error:
        return "refused" if error.code in REFUSED and SECRET not in str(error) else f"code {error.code}: {error}"
    return repr(rows)[:200]


def test_no_escape_is_open_to_an_analyst(analyst: Client, secret: Path, port: int) -> None:
    """Every way that was tried to read a file, another's query or a hidden table, to write, to call out or to lift a limit is refused."""
    before = secret.read_bytes()
    found = {text: outcome(analyst, text) for text in written(secret)}
    assert {text: got for text, got in found.items() if got != "refused"} == {}
    assert len(found) > 49 + 60
    assert secret.read_bytes() == before
    assert not list(secret.parent.glob("*.*"))
    with new_client(port, user=OPERATOR) as operator:
        assert operator.execute("SELECT count() FROM lapor.hidden") == [(1,)]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("SELECT * FROM {t:Identifier}", {"t": "hidden"}),
        ("SELECT * FROM {d:Identifier}.{t:Identifier}", {"d": "system", "t": "processes"}),
        ("SELECT arrayMap({f:Identifier}, [{p:String}])", {"f": "file", "p": "/etc/passwd"}),
        ("SELECT file({p:String})", {"p": "/etc/passwd"}),
        ("SELECT {p:String}", {"p": "x'), file('/etc/passwd"}),
        ("SELECT {p:String // '\n} INTO OUTFILE '/tmp/an-analyst-wrote-this'", {"p": "x"}),
        ("SELECT {p:Nullable(// '\nString)} INTO OUTFILE '/tmp/an-analyst-wrote-this' FORMAT RawBLOB", {"p": "x"}),
        ("SELECT {p:Nullable(// $x$\nString)} INTO OUTFILE '/tmp/an-analyst-wrote-this$x$'", {"p": "x"}),
        ("SELECT {p:Nullable(/* /* */ ' */String)} INTO OUTFILE '/tmp/an-analyst-wrote-this'", {"p": "x"}),
    ],
)
def test_what_a_parameter_stands_for_is_checked(port: int, secret: Path, text: str, parameters: dict[str, str]) -> None:
    """The values of placeholders are in the statement that is checked, and a text among them stays a text."""
    assert secret.exists()
    with new_client(port, user=ANALYST, settings={"server_side_params": True}) as client:
        if text == "SELECT {p:String}":
            assert client.execute(text, parameters) == [(parameters["p"],)]
            return
        with pytest.raises(ServerException) as refused:
            client.execute(text, parameters)
        assert refused.value.code in REFUSED
    assert not Path("/tmp/an-analyst-wrote-this").exists()  # noqa: S108  # where it would be


def test_each_escape_is_refused_for_what_it_does_and_not_for_its_form(port: int, secret: Path) -> None:
    """Statements of the table that are plain SQL run if an account has the right: the operator's, in the database of his own."""
    assert secret.exists()
    with new_client(port, user=OPERATOR) as operator:
        for text in (
            "CREATE TABLE t (a Int32) ENGINE = Memory",
            "INSERT INTO t VALUES (1)",
            "SELECT * FROM lapor.hidden",
        ):
            operator.execute(text)
        assert operator.execute("SELECT * FROM t") == [(1,)]


OPERATORS = """
SELECT file('{file}')
SELECT * APPLY(file) FROM (SELECT '{file}')
SELECT arrayMap(file, ['{file}'])
WITH file AS f SELECT f('{file}')
SELECT * FROM file('{file}', 'RawBLOB')
SELECT * FROM sqlite('{file}', 'x')
SELECT * FROM url('http://127.0.0.1:1/', 'TSV', 'a String')
SELECT * FROM remote('127.0.0.1', 'lapor', 'hidden')
SELECT * FROM format(Values, 'a String', '(file(\\'{file}\\'))')
SELECT * FROM format(JSONEachRow, 'a String, b String DEFAULT file(\\'{file}\\')', '{{"a":"x"}}')
SELECT * FROM eval('SELECT 1')
SELECT * FROM python('x')
SHOW TABLES WHERE throwIf(1, hex(file('{file}')))
SHOW COLUMNS FROM t WHERE throwIf(1, file('{file}'))
CREATE TABLE o (a String) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'web', endpoint = 'http://127.0.0.1:1/')
CREATE TABLE o (a String) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local', path = '{file}.d/')
ALTER TABLE t FREEZE WITH NAME '../../../../x'
SELECT * FROM t SETTINGS additional_result_filter = 'throwIf(1, file(\\'{file}\\'))'
SET additional_result_filter = 'throwIf(1, file(\\'{file}\\'))'
SELECT b FROM values('a String, b String ALIAS file(\\'{file}\\')', ('x'))
INSERT INTO FUNCTION null('a String, b UInt8 DEFAULT throwIf(1, file(\\'{file}\\'))') (a) SELECT 'x'
CREATE TABLE o AS values('a String, b String ALIAS file(\\'{file}\\')', ('x'))
INSERT INTO t SELECT a FROM input('a String, b String ALIAS file(\\'{file}\\')') FORMAT Values (1)
INSERT INTO t SETTINGS format_template_row = '{file}' FORMAT Template
SET format_template_row = '{file}'
SET `select` = '1'
INSERT INTO t SETTINGS input_format_record_errors_file_path = '{file}.e', input_format_allow_errors_num = 10 FORMAT CSV
SELECT 1 SETTINGS format_schema_source = 'query', format_schema = 'SELECT file(\\'{file}\\')'
SELECT 1 SETTINGS `filter` = 'throwIf(1, file(\\'{file}\\'))'
INSERT INTO FUNCTION null(concat('a String, b UInt8 DEF', 'AULT throwIf(1, file(\\'{file}\\'))')) (a) SELECT 'x'
CREATE TABLE o (word String) ENGINE = Buffer('lapor', 'hidden', 1, 0, 1, 0, 1, 0, 1)
CREATE MATERIALIZED VIEW o ENGINE = MergeTree ORDER BY word AS SELECT word, throwIf(1, 'x') AS z FROM lapor.hidden
CREATE TABLE o (a String DEFAULT file('{file}')) ENGINE = Memory
CREATE TABLE o (a String MATERIALIZED file('{file}')) ENGINE = Memory
CREATE TABLE o ENGINE = File(TSV, '{file}') AS SELECT 1
CREATE TABLE o AS file('{file}', 'RawBLOB')
CREATE TABLE o (a String) ENGINE = URL('http://127.0.0.1:1/', 'TSV')
CREATE TEMPORARY TABLE o (a String) ENGINE = File(TSV, '{file}')
CREATE TEMPORARY TABLE o AS SELECT file('{file}') AS a
CREATE VIEW o AS SELECT file('{file}') AS a
CREATE VIEW o SQL SECURITY DEFINER AS SELECT 1 AS a
CREATE VIEW o DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT 1 AS a
CREATE MATERIALIZED VIEW o TO lapor.hidden AS SELECT 'x' AS word FROM t
CREATE DICTIONARY o (a String) PRIMARY KEY a SOURCE(FILE(path '{file}' format 'TSV')) LAYOUT(FLAT()) LIFETIME(0)
CREATE FUNCTION o AS x -> file(x)
CREATE DATABASE o
ALTER TABLE t ADD COLUMN b String DEFAULT file('{file}')
ALTER TABLE t UPDATE a = length(file('{file}')) WHERE 1
INSERT INTO t SELECT length(file('{file}'))
INSERT INTO t VALUES (length(file('{file}')))
INSERT INTO t FROM INFILE '{file}' FORMAT TSV
INSERT INTO FUNCTION file('{file}', 'TSV', 'a String') SELECT 'x'
INSERT INTO FUNCTION url('http://127.0.0.1:1/', 'TSV', 'a String') SELECT 'x'
INSERT INTO lapor.hidden VALUES ('x')
DROP TABLE lapor.hidden
ALTER TABLE lapor.hidden DELETE WHERE 1
TRUNCATE TABLE lapor.hidden
SELECT 1 INTO OUTFILE '{file}.out'
SET ROLE lapor_sink
SET ROLE ALL
SET DEFAULT ROLE ALL TO default
GRANT ALL ON *.* TO default
CREATE USER u
SET max_execution_time = 0
SET max_execution_time = DEFAULT
SET input_format_values_interpret_expressions = 1
SELECT 1 SETTINGS max_execution_time = 100000
SYSTEM SHUTDOWN
BACKUP TABLE t TO File('{file}.b')
"""


def test_the_operator_reads_no_file_and_changes_nothing_of_the_sink(port: int, secret: Path) -> None:
    """The operator has a database of his own; files, addresses, the sink's tables and the limits are the engine's to hold."""
    text = OPERATORS.strip().replace("{file}", str(secret)).replace("{{", "{").replace("}}", "}")
    with new_client(port, user=OPERATOR) as operator:
        operator.execute("CREATE OR REPLACE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a")
        found = {}
        for line in text.splitlines():
            try:
                found[line] = repr(operator.execute(line))
            except ServerException as error:
                found[line] = str(error)
            except EOFError:
                found[line] = "the server ended"
        assert {line: got for line, got in found.items() if not ("Exception" in got and SECRET not in got)} == {}
        operator.execute(f"INSERT INTO t VALUES (1); INSERT INTO t SELECT length(file('{secret}'))")
        assert operator.execute("SELECT * FROM t") == [(1,)]
        assert operator.execute("SELECT * FROM lapor.hidden") == [(SECRET,)]
    assert [one.name for one in secret.parent.iterdir()] == [secret.name]


WANTED = """
SELECT count() FROM cases
SELECT * FROM cases ORDER BY id LIMIT 5
SELECT c.id, m.text FROM cases AS c JOIN complaints AS m ON c.id = m.id WHERE c.id < 10 ORDER BY c.id
SELECT c.id FROM lapor.cases AS c ANY LEFT JOIN lapor.complaints AS m USING (id)
SELECT toStartOfWeek(toTimeZone(at, 'Asia/Jakarta'), 1) AS week, count() FROM cases GROUP BY week ORDER BY week WITH FILL
SELECT id, row_number() OVER (PARTITION BY id % 3 ORDER BY at) AS n, lagInFrame(id) OVER (ORDER BY id) FROM cases
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM cases
SELECT avg(id) OVER w FROM cases WINDOW w AS (PARTITION BY tags)
WITH late AS (SELECT id FROM cases WHERE id > 50) SELECT count() FROM late
WITH 50 AS bound SELECT countIf(id > bound) FROM cases
WITH RECURSIVE n AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM n WHERE a < 5) SELECT sum(a) FROM n
SELECT arrayJoin(tags) AS tag, count() FROM cases GROUP BY tag ORDER BY tag
SELECT tag, uniqExact(id) FROM cases ARRAY JOIN tags AS tag GROUP BY tag
SELECT arrayFilter(d -> d.duty = 'accept', due)[1].day FROM cases LIMIT 1
SELECT due.duty, arrayMap(x -> upper(x), tags), has(tags, 'a'), arrayStringConcat(tags, ',') FROM cases LIMIT 1
SELECT quantile(0.5)(id), quantilesExact(0.1, 0.9)(id), median(id), stddevPop(id), groupArray(3)(id), any(text) FROM cases
SELECT sumIf(id, id > 3), countIf(id < 3), avgOrNullIf(id, 0), uniqExactIf(id, 1), argMax(id, at), groupUniqArray(id % 2) FROM cases
SELECT dateDiff('hour', at, now()), toDate(at) + INTERVAL 5 DAY, formatDateTime(at, '%Y-%m'), age('day', at, now64()) FROM cases LIMIT 1
SELECT CASE WHEN id < 5 THEN 'few' WHEN id < 10 THEN 'some' ELSE 'many' END AS k, count() FROM cases GROUP BY k ORDER BY k
SELECT CASE id WHEN 1 THEN 'a' ELSE 'b' END FROM cases LIMIT 2
SELECT id % 2 AS odd, count() FROM cases GROUP BY ROLLUP(odd)
SELECT id % 2 AS odd, id % 3 AS m, count(), grouping(odd) FROM cases GROUP BY GROUPING SETS ((odd), (m))
SELECT id % 2, count() FROM cases GROUP BY 1 WITH TOTALS HAVING count() > 1 ORDER BY 1
SELECT DISTINCT text FROM cases WHERE text ILIKE '%1%' AND match(text, '^[0-9]+$') AND id BETWEEN 1 AND 50 AND id NOT IN (3, 4)
SELECT id FROM cases WHERE id IN (SELECT id FROM complaints WHERE length(text) = 1) LIMIT 1 BY id % 2
SELECT id FROM cases WHERE EXISTS (SELECT 1 FROM complaints WHERE complaints.id = cases.id) LIMIT 3
SELECT splitByChar('/', 'a/b')[1], extract('case 7', '[0-9]+')
SELECT replaceRegexpAll('a1', '[0-9]', 'x'), substring('abc', 2), trim(' a '), position('abc', 'b')
SELECT toString(1), CAST('1' AS UInt8), '2'::Int32, toFloat64OrNull('x'), round(1.5, 1)
SELECT coalesce(NULL, 1), ifNull(NULL, 2), least(1, 2), greatest(1, 2)
SELECT JSONExtractString('{"a": "b"}', 'a'), toTypeName(1), bar(1, 0, 2, 10), formatReadableQuantity(1000), cityHash64('a')
SELECT greatCircleDistance(110.4, -7.0, 110.5, -7.1), geohashEncode(110.4, -7.0), pointInPolygon((1., 1.), [(0., 0.), (2., 0.), (2., 2.)])
SELECT * EXCEPT (text) FROM cases LIMIT 1
SELECT COLUMNS('id|text') FROM cases LIMIT 1
SELECT c.* FROM cases AS c LIMIT 1
SELECT * REPLACE (upper(text) AS text) FROM cases LIMIT 1
SELECT number, toDate('2026-11-01') + number FROM numbers(5)
SELECT * FROM generate_series(1, 3)
SELECT id FROM cases INTERSECT SELECT id FROM complaints
(SELECT 1) UNION ALL (SELECT 2)
SELECT 'file(\\'x\\'); DROP TABLE hidden' AS text -- a comment; with a semicolon
SELECT 1 AS `system.processes`, 'INTO OUTFILE' AS b FORMAT JSON;
SELECT tupleElement((1, 'a'), 1), (1, 2).1, map('a', 1)['a'], [1, 2][1], NOT 1, -id, id IS NULL FROM cases LIMIT 1
EXPLAIN SELECT id FROM cases WHERE id = 1
EXPLAIN SYNTAX SELECT id FROM cases
EXPLAIN PIPELINE SELECT id FROM cases
DESCRIBE cases
DESCRIBE TABLE lapor.cases
DESC (SELECT id FROM cases)
SHOW TABLES
SHOW TABLES FROM lapor LIKE 'c%'
SHOW DATABASES
SHOW COLUMNS FROM cases
SHOW CREATE TABLE cases
SHOW CREATE VIEW lapor.cases
EXISTS TABLE cases
EXISTS VIEW lapor.cases
SELECT version()
SELECT version(), timezone(), currentDatabase(), currentUser()
SELECT currentDatabase()
SELECT name FROM system.databases
SELECT name, engine FROM system.tables WHERE database = 'lapor'
SELECT name, type, comment FROM system.columns WHERE database = currentDatabase() AND table = 'cases'
SELECT name FROM system.functions WHERE is_aggregate LIMIT 3
SELECT name, value, changed FROM system.settings WHERE name = 'max_threads'
SELECT name, alias_to FROM system.data_type_families LIMIT 3
SELECT table_name FROM information_schema.tables WHERE table_schema = 'lapor'
SELECT column_name FROM INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'cases'
SELECT 1
SELECT 1 FROM system.one
"""


def test_what_analysts_and_their_tools_ask_is_answered(analyst: Client) -> None:
    """Reports with joins, windows, arrays and dates, and what drivers and tools ask on connecting, run as they are."""
    failed = {}
    for text in WANTED.strip().splitlines():
        try:
            analyst.execute(text.replace("\\\\'", "\\'"))
        except ServerException as error:
            failed[text] = str(error)[:300]
    assert failed == {}


def test_an_analyst_sees_the_names_of_the_views_only(analyst: Client) -> None:
    """The catalogue has no row of a table that the account may not read."""
    names = {"cases", "complaints"}
    assert {name for (name,) in analyst.execute("SHOW TABLES")} == names
    assert {name for (name,) in analyst.execute("SELECT name FROM system.tables WHERE database = 'lapor'")} == names
    assert {name for (name,) in analyst.execute("SELECT table FROM system.columns WHERE database = 'lapor'")} == names


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"max_execution_time": 0}, 452),
        ({"max_execution_time": 61}, 452),
        ({"max_memory_usage": 0}, 452),
        ({"max_threads": 64}, 452),
        ({"log_comment": "x"}, 452),
        ({"allow_experimental_eval_table_function": 1}, 452),
        ({"engine_file_truncate_on_insert": 1}, 452),
        ({"format_schema_path": "/"}, 452),
        ({"allow_introspection_functions": 1}, 452),
    ],
)
def test_no_setting_lifts_a_limit(analyst: Client, settings: dict[str, object], code: int) -> None:
    """A client gives settings by name and from a list; numbers that are limits it can only lower, and not to "none"."""
    with pytest.raises(ServerException) as refused:
        analyst.execute("SELECT 1", settings=settings)
    assert refused.value.code == code
    allowed = {"max_execution_time": 5, "max_threads": 1, "max_result_rows": 10, "readonly": 2}
    assert analyst.execute("SELECT 1", settings=allowed) == [(1,)]


def test_a_query_without_end_ends_by_itself(analyst: Client) -> None:
    """Time and memory have a limit that the analyst can only make smaller, and it holds again after a query that lowered it."""
    started = time.monotonic()
    endless = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"
    with pytest.raises(ServerException) as late:
        analyst.execute(endless, settings={"max_execution_time": 1})
    assert late.value.code == 159
    assert time.monotonic() - started < 20
    with pytest.raises(ServerException) as large:
        analyst.execute("SELECT groupArray(randomString(1000000)) FROM numbers(100000)")
    assert large.value.code == 241
    rows = analyst.execute(
        "SELECT name, value FROM system.settings WHERE name IN ('max_execution_time', 'max_memory_usage') ORDER BY name"
    )
    assert rows == [("max_execution_time", "60"), ("max_memory_usage", str(1 << 30))]


@pytest.mark.parametrize("database", ["system", "operator", "information_schema", "nowhere"])
def test_a_reader_has_one_database(port: int, secret: Path, database: str) -> None:
    """A bare name in its queries cannot mean a table of another database."""
    assert secret.exists()
    with new_client(port, user=ANALYST, database=database) as client, pytest.raises(ServerException) as refused:
        client.execute("SELECT 1")
    assert refused.value.code == 81


@pytest.mark.parametrize("user", ["default", "lapor", "lapor_server", "", "LAPOR_ANALYST", "lapor_sink\0"])
def test_there_are_three_accounts(port: int, user: str) -> None:
    """Nobody logs in as the engine's own user, whatever the password is."""
    for password in (PASSWORD, ""):
        with new_client(port, user=user, password=password) as client, pytest.raises(ServerException) as refused:
            client.execute("SELECT 1")
        assert refused.value.code in {516, 194}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '" + " (alias (children 1) " * 12000 + "'",
        "SELECT 1 AS `" + " (alias (children 1) " * 12000 + "`",
        "SELECT " + "$a$ $b$ " * 20000,
        "SELECT " + "(" * 100000,
        "SELECT " + "-" * 100000 + "1",
        "SELECT " + "1," * 90000 + "1",
        "SELECT " + "[" * 400 + "]" * 400,
        "/*" * 100000,
        "'" * 100001,
        "INSERT " + "$a$ $b$ " * 20000,
        "SELECT `a\n Function file`, `b\nSelectWithUnionQuery` FROM cases",
    ],
    ids=range(11),
)
def test_no_text_makes_the_server_slow_or_stops_it(analyst: Client, text: str) -> None:
    """The one who sent it goes on after seconds, and others are served meanwhile."""
    started = time.monotonic()
    try:
        analyst.execute(text)
    except ServerException as error:
        assert error.code != 49  # noqa: PT017 - either is right
    assert time.monotonic() - started < 10
    assert analyst.execute("SELECT 1") == [(1,)]


def test_readers_leave_room_for_the_sink(port: int, secret: Path) -> None:
    """At most half of the clients are analysts'; one too many hears a code after which clients come again."""
    assert secret.exists()
    clients = [new_client(port, user=ANALYST) for _ in range(65)]
    try:
        for client in clients[:64]:
            client.execute("SELECT 1")
        with pytest.raises(ServerException) as refused:
            clients[64].execute("SELECT 1")
        assert refused.value.code == 202
        with new_client(port, user=SINK) as sink:
            assert sink.execute("SELECT 1") == [(1,)]
    finally:
        for client in clients:
            client.disconnect()


def test_a_reader_sends_no_tables(analyst: Client) -> None:
    """A table that comes with a query would be a temporary one, with types of the client's choice."""
    sent = [{"name": "cases", "structure": [("a", "Int32")], "data": [{"a": 1}]}]
    with pytest.raises(ServerException) as refused:
        analyst.execute("SELECT * FROM cases", external_tables=sent)
    assert refused.value.code == 497


def test_connections_that_say_nothing_take_no_place_from_the_sink(tmp_path: Path) -> None:
    """Nobody needs a password to open one; each is closed soon."""
    script = (
        "import socket, sys, time; from pathlib import Path\n"
        "from clickhouse_driver import Client\n"
        "from embedded.clickhouse import ClickHouseServer, ServerConfig\n"
        "from embedded.clickhouse.accounts import SINK, kept_passwords\n"
        "config = ServerConfig(data_dir=Path(sys.argv[1]), port=0, max_clients=4, hello_timeout_s=2.0)\n"
        "with ClickHouseServer(config) as server:\n"
        "    silent = [socket.create_connection(('127.0.0.1', server.port)) for _ in range(40)]\n"
        "    login = {'user': SINK, 'password': kept_passwords(Path(sys.argv[1]) / 'passwords')[SINK]}\n"
        "    print(Client('127.0.0.1', server.port, **login).execute('SELECT 1'))\n"
        "    silent[0].settimeout(20)\n"
        "    print(silent[0].recv(1))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True, cwd=Path.cwd())
    assert ran.stdout == "[(1,)]\nb''\n"


@pytest.mark.parametrize("name", ["additional_result_filter", "select", "filter", "order", "format_schema"])
def test_the_operator_gives_no_setting_of_text(port: int, secret: Path, name: str) -> None:
    """Its text may be SQL, which no reading of the statement sees."""
    with new_client(port, user=OPERATOR) as operator, pytest.raises(ServerException) as refused:
        operator.execute("SELECT 1", settings={name: f"throwIf(1, file('{secret}'))"})
    assert refused.value.code == 452
    assert SECRET not in str(refused.value)
