-- What analysts read. FINAL: each key once, also before ClickHouse has merged its parts.
-- The account of the analysts has no right to the tables: a view runs with the rights of the sink, which makes it.
-- A report that was ever secret stays so. Who hides it later hides also what came before: its number, also where another case names it,
-- its words, its place below the regency, and there the name of an office. What a supporter added is in its own case only.
-- Who is not to be named, as in any secret report, has no `reporter`, and no time finer than the hour and no place on Kafka: what one
-- message did to two cases of a person would be known by the millisecond or the next offset, and a public post by its time.

CREATE OR REPLACE VIEW cases DEFINER = CURRENT_USER SQL SECURITY DEFINER AS WITH
    (SELECT groupArray(working_number) FROM (SELECT working_number FROM calendar ORDER BY day)) AS worked,
    (SELECT toDate32(min(day)) FROM calendar) AS first_day,
    toDate32(ended_at, 'Asia/Jakarta') AS ended_day
SELECT * REPLACE (
    if(secret OR anonymous OR continues IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous)
    ), '', continues) AS continues,
    if(secret OR anonymous, toStartOfHour(received_at), received_at) AS received_at, if(secret OR anonymous, toStartOfHour(first_routed_at), first_routed_at) AS first_routed_at,
    if(secret OR anonymous, toStartOfHour(first_answered_at), first_answered_at) AS first_answered_at, if(secret OR anonymous, toStartOfHour(first_follow_up_at), first_follow_up_at) AS first_follow_up_at,
    if(secret OR anonymous, toStartOfHour(accepted_at), accepted_at) AS accepted_at, if(secret OR anonymous, toStartOfHour(ended_at), ended_at) AS ended_at,
    if(secret OR anonymous, toStartOfHour(changed_at), changed_at) AS changed_at, if(secret OR anonymous, toStartOfHour(owner_since), owner_since) AS owner_since,
    if(secret OR anonymous, toStartOfHour(question_at), question_at) AS question_at, if(secret OR anonymous, toStartOfHour(appended_at), appended_at) AS appended_at,
    if(secret OR anonymous, toStartOfHour(stored_at), stored_at) AS stored_at, if(secret OR anonymous, -1, kafka_partition) AS kafka_partition,
    if(secret OR anonymous, -1, kafka_offset) AS kafka_offset
),
    toDate32(received_at, 'Asia/Jakarta') AS received_day,
    multiIf(
        NOT match(owner_id, '-[0-9]{2}(\\.[0-9]+)*$'), 'national', match(owner_id, '-[0-9]{2}$'), 'province',
        match(owner_id, '-[0-9]{2}\\.[0-9]{2}$'), 'regency', match(owner_id, '-[0-9]{2}(\\.[0-9]{2}){2}$'), 'district', 'village'
    ) AS owner_level,
    toInt32(worked[dateDiff('day', first_day, ifNull(ended_day, toDate32(now('Asia/Jakarta')))) + 1])
        - worked[dateDiff('day', first_day, received_day) + 1] AS working_days,
    if(indexOf(deadlines.duty, 'forward') = 0, NULL, deadlines.due[indexOf(deadlines.duty, 'forward')]) AS forward_due, if(indexOf(deadlines.duty, 'forward') = 0, NULL, deadlines.done[indexOf(deadlines.duty, 'forward')]) AS forward_done,
    ifNull(forward_due < coalesce(forward_done, ended_day, toDate32(now('Asia/Jakarta'))), false) AS forward_overdue,
    if(indexOf(deadlines.duty, 'first_follow_up') = 0, NULL, deadlines.due[indexOf(deadlines.duty, 'first_follow_up')]) AS first_follow_up_due, if(indexOf(deadlines.duty, 'first_follow_up') = 0, NULL, deadlines.done[indexOf(deadlines.duty, 'first_follow_up')]) AS first_follow_up_done,
    ifNull(first_follow_up_due < coalesce(first_follow_up_done, ended_day, toDate32(now('Asia/Jakarta'))), false) AS first_follow_up_overdue,
    if(indexOf(deadlines.duty, 'complete') = 0, NULL, deadlines.due[indexOf(deadlines.duty, 'complete')]) AS complete_due, if(indexOf(deadlines.duty, 'complete') = 0, NULL, deadlines.done[indexOf(deadlines.duty, 'complete')]) AS complete_done,
    ifNull(complete_due < coalesce(complete_done, ended_day, toDate32(now('Asia/Jakarta'))), false) AS complete_overdue,
    if(indexOf(deadlines.duty, 'close') = 0, NULL, deadlines.due[indexOf(deadlines.duty, 'close')]) AS close_due, if(indexOf(deadlines.duty, 'close') = 0, NULL, deadlines.done[indexOf(deadlines.duty, 'close')]) AS close_done,
    ifNull(close_due < coalesce(close_done, ended_day, toDate32(now('Asia/Jakarta'))), false) AS close_overdue,
    if(indexOf(deadlines.duty, 'statute_completeness') = 0, NULL, deadlines.due[indexOf(deadlines.duty, 'statute_completeness')]) AS statute_completeness_due, if(indexOf(deadlines.duty, 'statute_completeness') = 0, NULL, deadlines.done[indexOf(deadlines.duty, 'statute_completeness')]) AS statute_completeness_done,
    ifNull(statute_completeness_due < coalesce(statute_completeness_done, ended_day, toDate32(now('Asia/Jakarta'))), false) AS statute_completeness_overdue,
    if(indexOf(deadlines.duty, 'statute_decision') = 0, NULL, deadlines.due[indexOf(deadlines.duty, 'statute_decision')]) AS statute_decision_due, if(indexOf(deadlines.duty, 'statute_decision') = 0, NULL, deadlines.done[indexOf(deadlines.duty, 'statute_decision')]) AS statute_decision_done,
    ifNull(statute_decision_due < coalesce(statute_decision_done, ended_day, toDate32(now('Asia/Jakarta'))), false) AS statute_decision_overdue
FROM case_now FINAL;

CREATE OR REPLACE VIEW complaints DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden, unnamed) REPLACE (
    if(hidden, '', case_number) AS case_number, if(unnamed, '', reporter) AS reporter, if(hidden, '', title) AS title, if(hidden, '', text) AS text,
    if(hidden, '', district_code) AS district_code, if(hidden, '', district) AS district,
    if(hidden, '', village_code) AS village_code, if(hidden, '', village) AS village,
    if(hidden, NULL, latitude) AS latitude, if(hidden, NULL, longitude) AS longitude,
    if(unnamed OR continues IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous)
    ), '', continues) AS continues,
    if(hidden, replaceRegexpOne(recorded_by, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), recorded_by) AS recorded_by,
    toBool(secret OR hidden) AS secret,
    if(unnamed, toStartOfHour(received_at), received_at) AS received_at, if(unnamed, toStartOfHour(at), at) AS at,
    if(unnamed, toStartOfHour(appended_at), appended_at) AS appended_at, if(unnamed, toStartOfHour(stored_at), stored_at) AS stored_at,
    if(unnamed, -1, kafka_partition) AS kafka_partition, if(unnamed, -1, kafka_offset) AS kafka_offset
) FROM (
    SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden,
        secret OR anonymous OR complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous) AS unnamed
    FROM complaint_rows FINAL
);

CREATE OR REPLACE VIEW dispositions DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden, unnamed) REPLACE (
    if(hidden, '', case_number) AS case_number, if(hidden, '', explanation) AS explanation,
    if(hidden AND match(owner_id, '-[0-9]{2}\\.[0-9]{2}\\.[0-9.]+$'), 'an office below the regency', owner) AS owner,
    if(hidden, replaceRegexpOne(owner_id, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), owner_id) AS owner_id,
    if(hidden, replaceRegexpOne(previous_owner_id, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), previous_owner_id) AS previous_owner_id,
    if(unnamed, toStartOfHour(at), at) AS at, if(unnamed, toStartOfHour(appended_at), appended_at) AS appended_at,
    if(unnamed, toStartOfHour(stored_at), stored_at) AS stored_at, if(unnamed, -1, kafka_partition) AS kafka_partition,
    if(unnamed, -1, kafka_offset) AS kafka_offset
) FROM (
    SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden,
        complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous) AS unnamed
    FROM disposition_rows FINAL
);

CREATE OR REPLACE VIEW case_events DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden, unnamed) REPLACE (
    if(hidden, '', case_number) AS case_number, if(hidden OR kind = 'ditambahkan pendukung', '', text) AS text,
    if(hidden, replaceRegexpOne(actor, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), actor) AS actor,
    if(hidden OR other IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', other) AS other,
    if(unnamed OR continued_as IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous)
    ), '', continued_as) AS continued_as,
    if(hidden, '', agency_id) AS agency_id, toBool(secret OR hidden) AS secret,
    if(unnamed, toStartOfHour(at), at) AS at, if(unnamed, toStartOfHour(received_at), received_at) AS received_at,
    if(unnamed, toStartOfHour(appended_at), appended_at) AS appended_at, if(unnamed, toStartOfHour(stored_at), stored_at) AS stored_at,
    if(unnamed, -1, kafka_partition) AS kafka_partition, if(unnamed, -1, kafka_offset) AS kafka_offset
) FROM (
    SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden,
        secret OR complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous) AS unnamed
    FROM case_event_rows FINAL
);

CREATE OR REPLACE VIEW messages DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden, unnamed) REPLACE (
    if(hidden, '', case_number) AS case_number, toBool(secret OR hidden) AS secret,
    if(unnamed, toStartOfHour(received_at), received_at) AS received_at, if(unnamed, toStartOfHour(at), at) AS at,
    if(unnamed, toStartOfHour(appended_at), appended_at) AS appended_at, if(unnamed, toStartOfHour(stored_at), stored_at) AS stored_at,
    if(unnamed, -1, kafka_partition) AS kafka_partition, if(unnamed, -1, kafka_offset) AS kafka_offset
) FROM (
    SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden,
        secret OR ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous), 0) AS unnamed
    FROM message_rows FINAL
);

CREATE OR REPLACE VIEW replies DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden, unnamed) REPLACE (
    if(hidden, '', case_number) AS case_number, toBool(secret OR hidden) AS secret,
    if(unnamed, toStartOfHour(created_at), created_at) AS created_at, if(unnamed, toStartOfHour(at), at) AS at,
    if(unnamed, toStartOfHour(appended_at), appended_at) AS appended_at, if(unnamed, toStartOfHour(stored_at), stored_at) AS stored_at,
    if(unnamed, -1, kafka_partition) AS kafka_partition, if(unnamed, -1, kafka_offset) AS kafka_offset
) FROM (
    SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden,
        secret OR ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous), 0) AS unnamed
    FROM reply_rows FINAL
);

CREATE OR REPLACE VIEW deliveries DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden, unnamed) REPLACE (
    if(hidden, '', case_number) AS case_number, toBool(secret OR hidden) AS secret,
    if(unnamed, toStartOfHour(at), at) AS at, if(unnamed, toStartOfHour(appended_at), appended_at) AS appended_at,
    if(unnamed, toStartOfHour(stored_at), stored_at) AS stored_at, if(unnamed, -1, kafka_partition) AS kafka_partition,
    if(unnamed, -1, kafka_offset) AS kafka_offset
) FROM (
    SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden,
        secret OR ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret OR anonymous), 0) AS unnamed
    FROM delivery_rows FINAL
);

CREATE OR REPLACE VIEW dead_letters DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * FROM dead_letter_rows FINAL;
