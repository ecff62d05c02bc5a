-- What the citizen added later, and whether the citizen heard from us.
ALTER TABLE case_event_rows
    ADD COLUMN IF NOT EXISTS completed_text String DEFAULT '' COMMENT 'the whole complaint after the addition, masked; empty where secret',
    ADD COLUMN IF NOT EXISTS class LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS oversight Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS topic LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS province_code LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS province LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS regency_code LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS regency LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS district_code String DEFAULT '',
    ADD COLUMN IF NOT EXISTS district String DEFAULT '',
    ADD COLUMN IF NOT EXISTS village_code String DEFAULT '',
    ADD COLUMN IF NOT EXISTS village String DEFAULT '',
    ADD COLUMN IF NOT EXISTS missing Array(LowCardinality(String)) DEFAULT [],
    ADD COLUMN IF NOT EXISTS additions UInt16 DEFAULT 0;

CREATE TABLE delivery_rows
(
    delivery_id     UUID,
    reply_id        UUID,
    complaint_id    UUID,
    tracking_code   String,
    channel         LowCardinality(String),
    kind            LowCardinality(String),
    outcome         LowCardinality(String),
    reason          String COMMENT 'masked',
    at              DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset    Int64,
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(kafka_offset)
ORDER BY (complaint_id, delivery_id)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE VIEW deliveries AS SELECT * FROM delivery_rows FINAL;

DROP VIEW IF EXISTS case_events;

CREATE VIEW case_events AS SELECT * FROM case_event_rows FINAL;

-- Each complaint as its last addition left it.
CREATE VIEW completions AS
SELECT * FROM case_events WHERE additions > 0 ORDER BY complaint_id, additions DESC LIMIT 1 BY complaint_id;

DROP VIEW IF EXISTS cases;

-- One row a complaint, as it stands, with its present owner.
CREATE VIEW cases AS
SELECT
    c.complaint_id AS complaint_id,
    c.tracking_code AS tracking_code,
    c.channel AS channel,
    c.received_at AS received_at,
    if(a.additions > 0, a.class, c.class) AS class,
    if(a.additions > 0, a.oversight, c.oversight) AS oversight,
    if(a.additions > 0, a.topic, c.topic) AS topic,
    if(a.additions > 0, a.province, c.province) AS province,
    if(a.additions > 0, a.regency, c.regency) AS regency,
    c.title AS title,
    if(a.additions > 0, a.completed_text, c.text) AS text,
    if(a.additions > 0, a.missing, c.missing) AS missing,
    c.secret AS secret,
    a.additions AS additions,
    d.hop AS hop,
    d.owner_id AS owner_id,
    d.owner AS owner,
    d.triage AS triage,
    d.confidence AS confidence,
    d.explanation AS explanation,
    d.deadlines AS deadlines,
    d.decided_at AS decided_at
FROM complaints AS c
LEFT JOIN
(
    SELECT * FROM dispositions ORDER BY complaint_id, hop DESC LIMIT 1 BY complaint_id
) AS d ON c.complaint_id = d.complaint_id
LEFT JOIN completions AS a ON c.complaint_id = a.complaint_id;
