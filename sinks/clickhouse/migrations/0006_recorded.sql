-- Which office recorded a complaint on the citizen's behalf, and how he told it.
ALTER TABLE complaint_rows ADD COLUMN IF NOT EXISTS recorded_by LowCardinality(String) COMMENT 'agency whose officer recorded it; empty if the citizen sent it' AFTER continues;

ALTER TABLE complaint_rows ADD COLUMN IF NOT EXISTS source LowCardinality(String) COMMENT 'walk-in, letter or call; empty if the citizen sent it' AFTER recorded_by;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS recorded_by LowCardinality(String) COMMENT 'agency whose officer recorded it; empty if the citizen sent it' AFTER continues;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS source LowCardinality(String) COMMENT 'walk-in, letter or call; empty if the citizen sent it' AFTER recorded_by;

-- Who hides his report later hides its district everywhere: an office below the regency is named by its kind and the regency only.
CREATE OR REPLACE VIEW cases AS SELECT * REPLACE (
    if(continues IN (
        SELECT tracking_code FROM complaint_rows
        WHERE tracking_code != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', continues) AS continues
) FROM case_now FINAL;

CREATE OR REPLACE VIEW complaints AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', title) AS title, if(hidden, '', text) AS text,
    if(hidden, '', district_code) AS district_code, if(hidden, '', district) AS district,
    if(hidden, '', village_code) AS village_code, if(hidden, '', village) AS village,
    if(hidden, NULL, latitude) AS latitude, if(hidden, NULL, longitude) AS longitude,
    if(hidden OR continues IN (
        SELECT tracking_code FROM complaint_rows
        WHERE tracking_code != '' AND complaint_id IN (SELECT complaint_id FROM case_now WHERE secret)
    ), '', continues) AS continues,
    if(hidden, replaceRegexpOne(recorded_by, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), recorded_by) AS recorded_by,
    toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM complaint_rows FINAL);

CREATE OR REPLACE VIEW dispositions AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', explanation) AS explanation,
    if(hidden AND match(owner_id, '-[0-9]{2}\\.[0-9]{2}\\.[0-9.]+$'), 'an office below the regency', owner) AS owner,
    if(hidden, replaceRegexpOne(owner_id, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), owner_id) AS owner_id,
    if(hidden, replaceRegexpOne(previous_owner_id, '(-[0-9]{2}\\.[0-9]{2})\\.[0-9.]+$', '\\1'), previous_owner_id) AS previous_owner_id
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM disposition_rows FINAL);

CREATE OR REPLACE VIEW case_events AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', text) AS text,
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
