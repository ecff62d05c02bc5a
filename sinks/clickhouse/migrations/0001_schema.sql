-- Tables as rows come. A row that comes again has the same key and replaces itself, whatever its offset on Kafka is.
-- Read the views of 0002: they are always right. Every statement of these files can be run again.
-- No table has a tracking code, which reads and changes a case on the web. A case number stands for it; the view maps it back.

-- One row per case: its document. A later version of the case replaces an earlier one.
CREATE TABLE IF NOT EXISTS case_now
(
    complaint_id       UUID,
    case_number        String COMMENT 'stands for the case in place of its tracking code; empty if the report is secret',
    version            UInt32 COMMENT 'the number of facts of the case so far',
    state              LowCardinality(String),
    channel            LowCardinality(String),
    received_at        DateTime64(3, 'UTC') COMMENT 'when the channel received the complaint',
    first_routed_at    DateTime64(3, 'UTC') COMMENT 'when the case had its first owner, which is when it was opened',
    first_answered_at  Nullable(DateTime64(3, 'UTC')),
    first_follow_up_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when an owner first accepted it, asked the citizen or answered, which is the first follow-up of the law',
    accepted_at        Nullable(DateTime64(3, 'UTC')) COMMENT 'when the present owner accepted it',
    ended_at           Nullable(DateTime64(3, 'UTC')) COMMENT 'when it was closed, withdrawn or archived',
    ended_by           LowCardinality(String) COMMENT 'citizen, clock, neighbours or the id of an agency',
    deemed             Bool COMMENT 'withdrawn by the law, because the citizen did not answer',
    incomplete         Bool COMMENT 'a question was closed without an answer',
    extended           Bool COMMENT 'the owner took more time',
    paused_s           UInt32 COMMENT 'seconds for which the completion waited for the citizen',
    disputes           UInt16 COMMENT 'answers that the citizen disputed',
    stars              Nullable(UInt8) COMMENT 'the citizen''s rating, 1 to 5',
    overdue            Array(LowCardinality(String)) COMMENT 'duties that were not fulfilled in time',
    escalation         UInt8 COMMENT 'step of the ladder, 0 to 5',
    main               String COMMENT 'case number of the main case; empty if it is no supporter, or secret',
    supporters         UInt32 COMMENT 'cases that are supporters of this one',
    changed_at         DateTime64(3, 'UTC') COMMENT 'the time of the last fact',
    owner_id           LowCardinality(String) COMMENT 'of a supporter that of its main case, as its citizen hears',
    owner              LowCardinality(String),
    owner_since        DateTime64(3, 'UTC'),
    triage             Bool,
    hop                UInt8 COMMENT 'the number of the owner in the chain of owners, from 0',
    confidence         Float32,
    explanation        String COMMENT 'masked; empty if secret, and for a supporter',
    deadlines          Array(Tuple(duty String, days UInt16, counted String, begins Date32, due Date32, source String, done Nullable(Date32))) COMMENT 'done: the day on which the duty was fulfilled, NULL if it is not',
    refusals           UInt16,
    additions          UInt16,
    answers            UInt16,
    questions          UInt16 COMMENT 'the number of questions to the citizen so far',
    question           LowCardinality(String) COMMENT 'the part that the citizen is asked for; empty if no question is open',
    question_at        Nullable(DateTime64(3, 'UTC')),
    title              String COMMENT 'masked; empty if secret',
    text               String COMMENT 'the complaint and all additions, masked; empty if secret',
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
    district_code      String COMMENT 'empty if secret',
    district           String COMMENT 'empty if secret',
    village_code       String COMMENT 'empty if secret',
    village            String COMMENT 'empty if secret',
    latitude           Nullable(Float32) COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret',
    longitude          Nullable(Float32) COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret',
    missing            Array(LowCardinality(String)),
    attachments        UInt16,
    continues          String COMMENT 'case number of the case that this one continues',
    recorded_by        LowCardinality(String) COMMENT 'agency whose officer recorded it; empty if the citizen sent it',
    source             LowCardinality(String) COMMENT 'walk-in, letter or call; empty if the citizen sent it',
    normaliser_version LowCardinality(String),
    rules_version      LowCardinality(String),
    registry_version   LowCardinality(String),
    appended_at        DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition    Int32 COMMENT 'the place of the record in lapor.cases',
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
    event_id        UUID COMMENT 'the id of the fact, derived from caused_by and kind',
    complaint_id    UUID,
    case_number     String COMMENT 'stands for the case in place of its tracking code; empty if the report is secret',
    version         UInt32 COMMENT 'the version of the case after the fact: 1, 2, 3 and so on',
    kind            LowCardinality(String),
    at              DateTime64(3, 'UTC') COMMENT 'when Kafka appended the complaint or command that caused the fact',
    received_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'when the channel received the complaint or the addition',
    caused_by       UUID COMMENT 'the id of that complaint or command',
    actor           LowCardinality(String),
    secret          Bool,
    part            LowCardinality(String) COMMENT 'the part that the citizen is asked for',
    duty            LowCardinality(String) COMMENT 'that is overdue',
    level           UInt8 COMMENT 'step of the ladder',
    stars           Nullable(UInt8) COMMENT 'the citizen''s rating, 1 to 5',
    other           String COMMENT 'case number of the other case of a merge; empty if secret',
    agency_id       LowCardinality(String) COMMENT 'to which it was given, suggested or escalated; empty if secret',
    text            String COMMENT 'the addition, reason or answer, masked; empty if the complaint is secret',
    command         LowCardinality(String) COMMENT 'the kind of the command that changed nothing',
    result          LowCardinality(String) COMMENT 'why it changed nothing',
    continued_as    String COMMENT 'case number of the case that the message became',
    appended_at     DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition Int32 COMMENT 'the place of the record in lapor.case-events',
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
    case_number        String COMMENT 'stands for the case in place of its tracking code; empty if the report is secret',
    channel            LowCardinality(String),
    received_at        DateTime64(3, 'UTC') COMMENT 'when the channel received the complaint',
    at                 DateTime64(3, 'UTC') COMMENT 'when Kafka appended the complaint to the mailbox of its case',
    title              String COMMENT 'masked; empty if secret',
    text               String COMMENT 'masked; empty if secret',
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
    district_code      String COMMENT 'empty if secret',
    district           String COMMENT 'empty if secret',
    village_code       String COMMENT 'empty if secret',
    village            String COMMENT 'empty if secret',
    latitude           Nullable(Float32) COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret',
    longitude          Nullable(Float32) COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret',
    missing            Array(LowCardinality(String)),
    attachments        UInt16,
    continues          String COMMENT 'case number of the case that this complaint continues',
    recorded_by        LowCardinality(String) COMMENT 'agency whose officer recorded it; empty if the citizen sent it',
    source             LowCardinality(String) COMMENT 'walk-in, letter or call; empty if the citizen sent it',
    parts              UInt16,
    partial            Bool,
    normaliser_version LowCardinality(String),
    appended_at        DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition    Int32 COMMENT 'the place of the record in lapor.case-events',
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
    event_id          UUID COMMENT 'the id of the fact, as in case_event_rows',
    complaint_id      UUID,
    case_number       String COMMENT 'stands for the case in place of its tracking code; empty if the report is secret',
    version           UInt32 COMMENT 'the version of the case after the disposition',
    at                DateTime64(3, 'UTC') COMMENT 'when Kafka appended the complaint or command that led to it',
    caused_by         UUID COMMENT 'the id of that complaint or command',
    hop               UInt8,
    owner_id          LowCardinality(String),
    owner             LowCardinality(String),
    previous_owner_id LowCardinality(String),
    triage            Bool,
    confidence        Float32,
    explanation       String COMMENT 'masked; empty if the complaint is secret',
    rules             Array(String),
    laws              Array(String),
    alternatives      Array(Tuple(id String, name String, score Float32)),
    deadlines         Array(Tuple(duty String, days UInt16, counted String, begins Date32, due Date32, source String)),
    rules_version     LowCardinality(String),
    registry_version  LowCardinality(String),
    appended_at       DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition   Int32 COMMENT 'the place of the record in lapor.case-events',
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
    account         LowCardinality(String) COMMENT 'our account that received it; empty on the web',
    kind            LowCardinality(String) COMMENT 'complaint, addition, answer, status, small_talk, repeated, ignored, dead_letter and others; part for the rest of a long message',
    complaint_id    Nullable(UUID),
    case_number     String COMMENT 'empty if it belongs to no case, or if the report is secret',
    secret          Bool,
    whole_id        Nullable(UUID) COMMENT 'the id of the long message that this part was joined to',
    partial         Bool COMMENT 'parts of the long message were missing when it went on',
    doubtful        Bool COMMENT 'the parts came minutes apart and may be of two messages',
    unread          Bool COMMENT 'reading it failed, and the triage desk got it as it came',
    received_at     DateTime64(3, 'UTC') COMMENT 'when the channel acknowledged it',
    at              DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record that decided what it became',
    appended_at     DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition Int32 COMMENT 'the place of the record in lapor.message-events',
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
    account         LowCardinality(String) COMMENT 'the account that sends it; empty if it stands on the page of the case',
    kind            LowCardinality(String),
    complaint_id    Nullable(UUID),
    case_number     String COMMENT 'empty if it belongs to no case, or if the report is secret',
    secret          Bool,
    created_at      DateTime64(3, 'UTC'),
    at              DateTime64(3, 'UTC'),
    appended_at     DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition Int32 COMMENT 'the place of the record in lapor.message-events',
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
    case_number     String COMMENT 'empty if it belongs to no case, or if the report is secret',
    secret          Bool,
    outcome         LowCardinality(String) COMMENT 'sent, unknown, delivered, undeliverable or expired',
    attempt         UInt8 COMMENT 'the number of the try',
    reason          String COMMENT 'masked',
    at              DateTime64(3, 'UTC'),
    appended_at     DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition Int32 COMMENT 'the place of the record in lapor.message-events',
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
    reason           String COMMENT 'masked; without what a citizen wrote',
    error_class      LowCardinality(String),
    attempts         UInt16,
    at               DateTime64(3, 'UTC'),
    appended_at      DateTime64(3, 'UTC') COMMENT 'when Kafka appended the record',
    kafka_partition  Int32 COMMENT 'the place of the record in lapor.deadletters',
    kafka_offset     Int64,
    stored_at        DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY dead_letter_id
SETTINGS non_replicated_deduplication_window = 10000;
