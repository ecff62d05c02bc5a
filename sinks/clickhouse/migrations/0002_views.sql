-- What analysts read. FINAL: each key once, also before ClickHouse has merged its parts.
-- The account of the analysts has no right to the tables: a view runs with the rights of the sink, which makes it.
-- A report that was ever secret stays so. Who hides it later hides also what came before: its number, also where another case names it,
-- its words, its place below the regency, and there the name of an office. What a supporter added is in its own case only.

CREATE OR REPLACE VIEW cases DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * REPLACE (
    if(continues IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', continues) AS continues
) FROM case_now FINAL;

CREATE OR REPLACE VIEW complaints DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', case_number) AS case_number, if(hidden, '', title) AS title, if(hidden, '', text) AS text,
    if(hidden, '', district_code) AS district_code, if(hidden, '', district) AS district,
    if(hidden, '', village_code) AS village_code, if(hidden, '', village) AS village,
    if(hidden, NULL, latitude) AS latitude, if(hidden, NULL, longitude) AS longitude,
    if(hidden OR continues IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', continues) AS continues,
    if(hidden, replaceRegexpOne(recorded_by, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), recorded_by) AS recorded_by,
    toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM complaint_rows FINAL);

CREATE OR REPLACE VIEW dispositions DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', case_number) AS case_number, if(hidden, '', explanation) AS explanation,
    if(hidden AND match(owner_id, '-[0-9]{2}\\.[0-9]{2}\\.[0-9.]+$'), 'an office below the regency', owner) AS owner,
    if(hidden, replaceRegexpOne(owner_id, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), owner_id) AS owner_id,
    if(hidden, replaceRegexpOne(previous_owner_id, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), previous_owner_id) AS previous_owner_id
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM disposition_rows FINAL);

CREATE OR REPLACE VIEW case_events DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', case_number) AS case_number, if(hidden OR kind = 'ditambahkan pendukung', '', text) AS text,
    if(hidden, replaceRegexpOne(actor, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), actor) AS actor,
    if(hidden OR other IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', other) AS other,
    if(hidden OR continued_as IN (
        SELECT case_number FROM complaint_rows
        WHERE case_number != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', continued_as) AS continued_as,
    if(hidden, '', agency_id) AS agency_id, toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM case_event_rows FINAL);

CREATE OR REPLACE VIEW messages DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', case_number) AS case_number, toBool(secret OR hidden) AS secret
) FROM (SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden FROM message_rows FINAL);

CREATE OR REPLACE VIEW replies DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', case_number) AS case_number, toBool(secret OR hidden) AS secret
) FROM (SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden FROM reply_rows FINAL);

CREATE OR REPLACE VIEW deliveries DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', case_number) AS case_number, toBool(secret OR hidden) AS secret
) FROM (SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden FROM delivery_rows FINAL);

CREATE OR REPLACE VIEW dead_letters DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT * FROM dead_letter_rows FINAL;
