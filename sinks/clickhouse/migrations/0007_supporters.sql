-- What a supporter added is in its own case, which he can hide; in the main case analysts do not see it, in earlier rows neither.
CREATE OR REPLACE VIEW case_events AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden OR kind = 'ditambahkan pendukung', '', text) AS text,
    if(hidden, replaceRegexpOne(actor, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), actor) AS actor,
    if(hidden OR other IN (
        SELECT tracking_code FROM complaint_rows
        WHERE tracking_code != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', other) AS other,
    if(hidden OR continued_as IN (
        SELECT tracking_code FROM complaint_rows
        WHERE tracking_code != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', continued_as) AS continued_as,
    if(hidden, '', agency_id) AS agency_id, toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM case_event_rows FINAL);
