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
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'disposition', hop_number))), complaint_id, case_number, 2 + hop_number * 2, if(hop_number = 0, first_routed_at, owner_since), complaint_id,
    toUInt8(hop_number), if(hop_number = 0, first_owner_id, owner_id), if(hop_number = 0, first_owner, owner), if(hop_number = 0, '', first_owner_id), hop_number = 0 AND first_owner_id = 'kemenpanrb',
    confidence, [], rules_version, 'history', appended_at, 0, kafka_offset
FROM history_case ARRAY JOIN range(hop + 1) AS hop_number;

INSERT INTO case_event_rows (event_id, complaint_id, case_number, version, kind, at, received_at, caused_by, actor, secret, stars, agency_id, text, appended_at,
    kafka_partition, kafka_offset)
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, fact.1, fact.2))), complaint_id, case_number, fact.1, fact.2, fact.3,
    if(fact.2 = 'opened', received_at, NULL), complaint_id, fact.4, secret, if(fact.2 = 'rated', stars, NULL), fact.5,
    if(fact.2 = 'refused' AND NOT secret, 'Bukan tugas kami.', ''), fact.3, 0, kafka_offset
FROM history_case ARRAY JOIN arrayFilter(one -> isNotNull(one.3), [
    (toUInt32(1), 'opened', toNullable(first_routed_at), 'citizen', ''),
    (2, 'routed', first_routed_at, 'citizen', first_owner_id),
    (3, 'refused', if(refusals > 0, owner_since, NULL), first_owner_id, owner_id),
    (4, 'routed', if(hop > 0, owner_since, NULL), first_owner_id, owner_id),
    (5, 'accepted', first_follow_up_at, owner_id, ''),
    (6, 'asked', if(questions > 0, first_follow_up_at, NULL), owner_id, ''),
    (7, 'added', if(additions > 0, first_follow_up_at + 50000, NULL), 'citizen', ''),
    (8, 'answered', first_answered_at, owner_id, ''),
    (9, 'reopened', if(disputes > 0, first_answered_at + 90000, NULL), 'citizen', ''),
    (10, 'closed', if(state = 'closed', ended_at, NULL), 'clock', ''),
    (10, 'withdrawn', if(state = 'withdrawn', ended_at, NULL), 'citizen', ''),
    (11, 'rated', if(isNotNull(stars), ended_at + 3600, NULL), 'citizen', '')
]) AS fact;

INSERT INTO message_rows (message_id, channel, account, kind, complaint_id, case_number, secret, received_at, at, appended_at, kafka_partition, kafka_offset)
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'message', m))), channel, if(channel = 'web', '', channel),
    multiIf(m = 0, 'complaint', m <= additions, if(questions > 0 AND m = 1, 'answer', 'addition'), 'status'), complaint_id, case_number, secret,
    received_at + m * 200000, received_at + m * 200000 + 1, received_at + m * 200000 + 1, 0, kafka_offset
FROM history_case ARRAY JOIN range(1 + additions + (cityHash64(complaint_id, 'status') % 5 = 0)) AS m
WHERE channel != 'officer';

INSERT INTO history_reply (reply_id, channel, account, kind, complaint_id, case_number, secret, created_at, at, appended_at, kafka_partition, kafka_offset)
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'reply', told.1))), channel, if(channel = 'web', '', channel), told.1, complaint_id, case_number, secret,
    told.2, told.2, told.2, 0, kafka_offset
FROM history_case ARRAY JOIN arrayFilter(one -> isNotNull(one.2), [('received', toNullable(first_routed_at + 1)), ('question', if(questions > 0, first_follow_up_at, NULL)),
    ('answered', first_answered_at), ('closed', if(state = 'closed', ended_at, NULL))]) AS told
WHERE channel != 'officer';

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
    if(luck % 200 < 1, received_at, toDateTime64('$until 16:59:59', 3, 'UTC') - luck % 864000) AS broken_at
SELECT toUUID(UUIDNumToString(sipHash128(complaint_id, 'dead letter'))), channel, '', -1, -1,
    if(luck % 5 = 0, 'a text of more than 10000 characters', 'the message ends too soon'), if(luck % 5 = 0, 'ContractViolation', 'MalformedMessage'), 1, broken_at,
    broken_at, 0, kafka_offset
FROM history_case WHERE luck % 200 < 2 AND channel != 'officer';

INSERT INTO case_now SELECT * FROM history_case;

INSERT INTO reply_rows SELECT * FROM history_reply;

DROP TABLE history_step;

DROP TABLE history_case;

DROP TABLE history_reply;
