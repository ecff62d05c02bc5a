-- Tables as rows come. A row that comes again has the same key and replaces itself, whatever its offset on Kafka is.
-- Read the views of views.sql: they are always right. Every statement of these files can be run again.
-- No table has a tracking code, which reads and changes a case on the web. A case number stands for it; the view maps it back.

-- One row per case: its document. A later version of the case replaces an earlier one.
CREATE TABLE IF NOT EXISTS case_now
(
    complaint_id       UUID,
    case_number        String,
    version            UInt32,
    state              LowCardinality(String),
    channel            LowCardinality(String),
    received_at        DateTime64(3, 'UTC'),
    first_routed_at    DateTime64(3, 'UTC'),
    first_answered_at  Nullable(DateTime64(3, 'UTC')),
    first_follow_up_at Nullable(DateTime64(3, 'UTC')),
    accepted_at        Nullable(DateTime64(3, 'UTC')),
    ended_at           Nullable(DateTime64(3, 'UTC')),
    ended_by           LowCardinality(String),
    deemed             Bool,
    incomplete         Bool,
    extended           Bool,
    paused_s           UInt32,
    disputes           UInt16,
    stars              Nullable(UInt8),
    overdue            Array(LowCardinality(String)),
    escalation         UInt8,
    main               String,
    supporters         UInt32,
    changed_at         DateTime64(3, 'UTC'),
    first_owner_id     LowCardinality(String),
    first_owner        LowCardinality(String),
    owner_id           LowCardinality(String),
    owner              LowCardinality(String),
    owner_since        DateTime64(3, 'UTC'),
    triage             Bool,
    hop                UInt8,
    confidence         Float32,
    explanation        String,
    deadlines          Array(Tuple(duty String, days UInt16, counted String, begins Date32, due Date32, source String, done Nullable(Date32))),
    refusals           UInt16,
    additions          UInt16,
    answers            UInt16,
    questions          UInt16,
    question           LowCardinality(String),
    question_at        Nullable(DateTime64(3, 'UTC')),
    title              String,
    text               String,
    occurred_on        Nullable(Date32),
    occurred_precision LowCardinality(String),
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
    latitude           Nullable(Float32),
    longitude          Nullable(Float32),
    missing            Array(LowCardinality(String)),
    attachments        UInt16,
    reporter           String,
    continues          String,
    recorded_by        LowCardinality(String),
    source             LowCardinality(String),
    normaliser_version LowCardinality(String),
    rules_version      LowCardinality(String),
    registry_version   LowCardinality(String),
    appended_at        DateTime64(3, 'UTC'),
    kafka_partition    Int32,
    kafka_offset       Int64,
    stored_at          DateTime64(3, 'UTC') DEFAULT now64(3),
    INDEX by_number case_number TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY complaint_id
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per fact. A fact never changes, so the key needs no replacing version: the last row of a key counts.
CREATE TABLE IF NOT EXISTS case_event_rows
(
    event_id        UUID,
    complaint_id    UUID,
    case_number     String,
    version         UInt32,
    kind            LowCardinality(String),
    at              DateTime64(3, 'UTC'),
    received_at     Nullable(DateTime64(3, 'UTC')),
    caused_by       UUID,
    actor           LowCardinality(String),
    secret          Bool,
    part            LowCardinality(String),
    duty            LowCardinality(String),
    level           UInt8,
    stars           Nullable(UInt8),
    other           String,
    agency_id       LowCardinality(String),
    text            String,
    command         LowCardinality(String),
    result          LowCardinality(String),
    continued_as    String,
    appended_at     DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset    Int64,
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (complaint_id, version)
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per complaint as it came, from the fact that opened its case. Its additions are in case_now and case_event_rows.
CREATE TABLE IF NOT EXISTS complaint_rows
(
    complaint_id       UUID,
    case_number        String,
    channel            LowCardinality(String),
    received_at        DateTime64(3, 'UTC'),
    at                 DateTime64(3, 'UTC'),
    title              String,
    text               String,
    occurred_on        Nullable(Date32),
    occurred_precision LowCardinality(String),
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
    latitude           Nullable(Float32),
    longitude          Nullable(Float32),
    missing            Array(LowCardinality(String)),
    attachments        UInt16,
    reporter           String,
    continues          String,
    recorded_by        LowCardinality(String),
    source             LowCardinality(String),
    parts              UInt16,
    partial            Bool,
    normaliser_version LowCardinality(String),
    appended_at        DateTime64(3, 'UTC'),
    kafka_partition    Int32,
    kafka_offset       Int64,
    stored_at          DateTime64(3, 'UTC') DEFAULT now64(3),
    INDEX by_number case_number TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY complaint_id
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per disposition, from the fact that routed the case. Two of a case may have one hop: an addition can make its owner find out whose it is.
CREATE TABLE IF NOT EXISTS disposition_rows
(
    event_id          UUID,
    complaint_id      UUID,
    case_number       String,
    version           UInt32,
    at                DateTime64(3, 'UTC'),
    caused_by         UUID,
    hop               UInt8,
    owner_id          LowCardinality(String),
    owner             LowCardinality(String),
    previous_owner_id LowCardinality(String),
    triage            Bool,
    confidence        Float32,
    explanation       String,
    rules             Array(String),
    laws              Array(String),
    alternatives      Array(Tuple(id String, name String, score Float32)),
    deadlines         Array(Tuple(duty String, days UInt16, counted String, begins Date32, due Date32, source String)),
    rules_version     LowCardinality(String),
    registry_version  LowCardinality(String),
    appended_at       DateTime64(3, 'UTC'),
    kafka_partition   Int32,
    kafka_offset      Int64,
    stored_at         DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (complaint_id, version)
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per message of a citizen: what it became, and where. The parts of a long message have a row each.
CREATE TABLE IF NOT EXISTS message_rows
(
    message_id      UUID,
    channel         LowCardinality(String),
    account         LowCardinality(String),
    kind            LowCardinality(String),
    complaint_id    Nullable(UUID),
    case_number     String,
    secret          Bool,
    whole_id        Nullable(UUID),
    partial         Bool,
    doubtful        Bool,
    unread          Bool,
    received_at     DateTime64(3, 'UTC'),
    at              DateTime64(3, 'UTC'),
    appended_at     DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset    Int64,
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY message_id
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per reply that a citizen is told.
CREATE TABLE IF NOT EXISTS reply_rows
(
    reply_id        UUID,
    channel         LowCardinality(String),
    account         LowCardinality(String),
    kind            LowCardinality(String),
    complaint_id    Nullable(UUID),
    case_number     String,
    secret          Bool,
    created_at      DateTime64(3, 'UTC'),
    at              DateTime64(3, 'UTC'),
    appended_at     DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset    Int64,
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY reply_id
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per outcome of a reply. An outcome that is reported twice has one id, and the later report counts.
CREATE TABLE IF NOT EXISTS delivery_rows
(
    delivery_id     UUID,
    reply_id        UUID,
    channel         LowCardinality(String),
    account         LowCardinality(String),
    kind            LowCardinality(String),
    complaint_id    Nullable(UUID),
    case_number     String,
    secret          Bool,
    outcome         LowCardinality(String),
    attempt         UInt8,
    reason          String,
    at              DateTime64(3, 'UTC'),
    appended_at     DateTime64(3, 'UTC'),
    kafka_partition Int32,
    kafka_offset    Int64,
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (reply_id, delivery_id)
SETTINGS non_replicated_deduplication_window = 10000;

-- One row per input that could not be processed. If several readers failed on it, the latest dead letter counts.
CREATE TABLE IF NOT EXISTS dead_letter_rows
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
    appended_at      DateTime64(3, 'UTC'),
    kafka_partition  Int32,
    kafka_offset     Int64,
    stored_at        DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY dead_letter_id
SETTINGS non_replicated_deduplication_window = 10000;

-- What the rows above refer to. The sink fills these tables from the program's own data, each time that the data changed.

CREATE TABLE IF NOT EXISTS agencies
(
    id            String,
    name          String,
    kind          LowCardinality(String),
    level         LowCardinality(String),
    parent_id     String,
    government_id LowCardinality(String),
    government    LowCardinality(String),
    region_code   String
)
ENGINE = MergeTree ORDER BY id;

CREATE TABLE IF NOT EXISTS regions
(
    code              String,
    name              String,
    level             LowCardinality(String),
    province_code     LowCardinality(String),
    province          LowCardinality(String),
    regency_code      LowCardinality(String),
    regency           LowCardinality(String),
    time_zone         LowCardinality(String),
    population        Nullable(UInt32),
    population_year   Nullable(UInt16),
    population_source LowCardinality(String)
)
ENGINE = MergeTree ORDER BY code;

CREATE TABLE IF NOT EXISTS topics
(
    topic   String,
    main    LowCardinality(String),
    sub     String,
    subject LowCardinality(String)
)
ENGINE = MergeTree ORDER BY topic;

CREATE TABLE IF NOT EXISTS calendar
(
    day            Date32,
    weekday        UInt8,
    working        Bool,
    working_number UInt16,
    holiday        String
)
ENGINE = MergeTree ORDER BY day;
