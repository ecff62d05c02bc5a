-- Rows as they come; a row that comes again replaces itself. Read the views of 0002: they are always right.
CREATE TABLE complaint_rows
(
    complaint_id       UUID,
    tracking_code      String,
    channel            LowCardinality(String),
    received_at        DateTime64(3, 'UTC'),
    occurred_on        Nullable(Date32),
    occurred_precision LowCardinality(String),
    title              String,
    text               String COMMENT 'masked; empty where secret',
    secret             Bool,
    anonymous          Bool,
    class              LowCardinality(String),
    oversight          Bool,
    topic              LowCardinality(String),
    province_code      LowCardinality(String),
    province           LowCardinality(String),
    regency_code       LowCardinality(String),
    regency            LowCardinality(String),
    district_code      String,
    district           String,
    village_code       String,
    village            String,
    missing            Array(LowCardinality(String)),
    attachments        UInt16,
    parts              UInt16,
    partial            Bool,
    normaliser_version LowCardinality(String),
    kafka_partition    Int32 COMMENT 'where the event stands in lapor.complaints',
    kafka_offset       Int64,
    stored_at          DateTime64(3, 'UTC') DEFAULT now64(3),
    INDEX by_code tracking_code TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree(kafka_offset)
ORDER BY complaint_id
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE disposition_rows
(
    disposition_id    UUID,
    complaint_id      UUID,
    tracking_code     String,
    hop               UInt8,
    owner_id          LowCardinality(String),
    owner             LowCardinality(String),
    previous_owner_id LowCardinality(String),
    triage            Bool,
    confidence        Float32,
    explanation       String COMMENT 'masked; empty where the complaint is secret',
    rules             Array(String),
    laws              Array(String),
    alternatives      Array(Tuple(id String, name String, score Float32)),
    deadlines         Array(Tuple(duty String, working_days UInt16, due Date32, source String)),
    rules_version     LowCardinality(String),
    registry_version  LowCardinality(String),
    decided_at        DateTime64(3, 'UTC'),
    kafka_partition   Int32,
    kafka_offset      Int64,
    stored_at         DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(kafka_offset)
ORDER BY (complaint_id, hop)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE case_event_rows
(
    event_id        UUID,
    complaint_id    UUID,
    tracking_code   String,
    kind            LowCardinality(String),
    at              DateTime64(3, 'UTC'),
    actor           LowCardinality(String),
    hop             UInt8,
    text            String COMMENT 'masked; empty where the complaint is secret',
    kafka_partition Int32,
    kafka_offset    Int64,
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(kafka_offset)
ORDER BY (complaint_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE dead_letter_rows
(
    dead_letter_id   UUID,
    channel          LowCardinality(String),
    source_topic     LowCardinality(String),
    source_partition Int32,
    source_offset    Int64,
    reason           String,
    error_class      LowCardinality(String),
    attempts         UInt16,
    at               DateTime64(3, 'UTC'),
    kafka_partition  Int32,
    kafka_offset     Int64,
    stored_at        DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(kafka_offset)
ORDER BY dead_letter_id
SETTINGS non_replicated_deduplication_window = 10000;
