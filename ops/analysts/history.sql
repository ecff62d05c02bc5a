-- The rows that the sink would have written for the cases of history_plan.sql. No record stands behind them.

CREATE OR REPLACE TABLE history_reply AS reply_rows ENGINE = MergeTree ORDER BY reply_id;

INSERT INTO complaint_rows (complaint_id, case_number, channel, received_at, at, title, text, secret, anonymous, class, oversight, topic, province_code, province,
    regency_code, regency, district_code, district, village_code, village, missing, attachments, reporter, parts, normaliser_version, appended_at, kafka_partition,
    kafka_offset)
SELECT complaint_id, case_number, channel, received_at, first_routed_at, title, text, secret, anonymous, class, oversight, topic, province_code, province,
    regency_code, regency, district_code, district, village_code, village, missing, attachments, reporter, toUInt16(1 + (channel = 'sms' AND cityHash64(complaint_id) % 3 = 0)), 'history', appended_at, 0, kafka_offset
FROM history_case;

INSERT INTO disposition_rows (event_id, complaint_id, case_number, version, at, caused_by, hop, owner_id, owner, previous_owner_id, triage, confidence, rules,
    rules_version, registry_version, appended_at, kafka_partition, kafka_offset)
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'disposition', hop_number))), complaint_id, case_number,
    arrayFilter((version, kind) -> kind = 'routed', arrayEnumerate(facts), facts.kind)[hop_number + 1], if(hop_number = 0, first_routed_at, owner_since), complaint_id,
    toUInt8(hop_number), if(hop_number = 0, first_owner_id, owner_id), if(hop_number = 0, first_owner, owner), if(hop_number = 0, '', first_owner_id), hop_number = 0 AND first_owner_id = 'kemenpanrb',
    confidence, [], rules_version, 'history', appended_at, 0, kafka_offset
FROM history_case ARRAY JOIN range(hop + 1) AS hop_number;

INSERT INTO case_event_rows (event_id, complaint_id, case_number, version, kind, at, received_at, caused_by, actor, secret, duty, level, stars, agency_id, text,
    appended_at, kafka_partition, kafka_offset)
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, fact_number, fact.kind))), complaint_id, case_number, fact_number, fact.kind, fact.at,
    multiIf(fact.kind = 'opened', received_at, fact.kind = 'added', fact.at, NULL), complaint_id, fact.actor, secret, fact.duty, fact.level,
    if(fact.kind = 'rated', stars, NULL), if(secret, '', fact.agency_id),
    if(fact.kind = 'refused' AND NOT secret, 'Bukan tugas kami.', ''), fact.at, 0, kafka_offset
FROM history_case ARRAY JOIN facts AS fact, arrayEnumerate(facts) AS fact_number;

INSERT INTO message_rows (message_id, channel, account, kind, complaint_id, case_number, secret, received_at, at, appended_at, kafka_partition, kafka_offset)
WITH arrayFilter((at, kind) -> kind = 'added', facts.at, facts.kind) AS added, if(cityHash64(complaint_id, 'status') % 5 = 0, [first_routed_at + 200000], []) AS asked_for
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'message', m))), channel, if(channel = 'web', '', channel),
    multiIf(m = 1, 'complaint', m > 1 + additions, 'status', questions > 0 AND m = 2, 'answer', 'addition'), complaint_id, case_number, secret,
    if(m = 1, received_at, said_at - 1), said_at, said_at, 0, kafka_offset
FROM history_case ARRAY JOIN arrayConcat([first_routed_at], added, asked_for) AS said_at, arrayEnumerate(arrayConcat([first_routed_at], added, asked_for)) AS m
WHERE channel != 'officer' AND said_at < toDateTime64('$now', 3, 'UTC');

INSERT INTO history_reply (reply_id, channel, account, kind, complaint_id, case_number, secret, created_at, at, appended_at, kafka_partition, kafka_offset)
WITH transform(fact.kind, ['opened', 'asked', 'reminded', 'answered', 'closed'], ['received', 'question', 'reminded', 'answered', 'closed'], '') AS told
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'reply', told))), channel, if(channel = 'web', '', channel), told, complaint_id, case_number, secret,
    fact.at, fact.at, fact.at, 0, kafka_offset
FROM history_case ARRAY JOIN facts AS fact
WHERE channel != 'officer' AND told != '';

INSERT INTO delivery_rows (delivery_id, reply_id, channel, account, kind, complaint_id, case_number, secret, outcome, reason, at, appended_at, kafka_partition, kafka_offset)
WITH cityHash64(reply_id, 'outcome') % 1000 AS luck
SELECT toUUID(UUIDNumToString(sipHash128(reply_id, outcome))), reply_id, channel, account, kind, complaint_id, case_number, secret, outcome,
    if(outcome = 'undeliverable', 'the number does not exist', ''), at + if(outcome = 'delivered', 9, 2), at + 9, 0, kafka_offset
FROM history_reply ARRAY JOIN multiIf(account = '', [], luck < 12, ['undeliverable'], luck < 16, ['unknown'], luck < 24, ['sent', 'expired'],
    channel = 'sms', ['sent', 'delivered'], ['sent']) AS outcome;

-- one message in a hundred was broken, half of them in the last ten days, when an upstream was
INSERT INTO dead_letter_rows (dead_letter_id, channel, source_topic, source_partition, source_offset, reason, error_class, attempts, at, appended_at, kafka_partition,
    kafka_offset)
WITH cityHash64(complaint_id, 'dead letter') AS luck,
    if(luck % 200 < 1, received_at, toDateTime64('$now', 3, 'UTC') - luck % 864000) AS broken_at
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'dead letter'))), channel, '', -1, -1,
    if(luck % 5 = 0, 'a text of more than 10000 characters', 'the message ends too soon'), if(luck % 5 = 0, 'ContractViolation', 'MalformedMessage'), 1, broken_at,
    broken_at, 0, kafka_offset
FROM history_case WHERE luck % 200 < 2 AND channel != 'officer';

INSERT INTO case_now SELECT * EXCEPT facts FROM history_case;

INSERT INTO reply_rows SELECT * FROM history_reply;

DROP TABLE history_step;

DROP TABLE history_case;

DROP TABLE history_reply;
