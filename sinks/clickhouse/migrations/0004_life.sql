-- A case's whole life: how it ended, what was overdue, what the citizen said of it, and which cases belong together.
ALTER TABLE case_now ADD COLUMN IF NOT EXISTS accepted_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when the present owner accepted it' AFTER first_answered_at;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when it was closed, withdrawn or archived' AFTER accepted_at;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS ended_by LowCardinality(String) COMMENT 'citizen, clock, neighbours or the id of an agency' AFTER ended_at;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS deemed Bool COMMENT 'withdrawn by the law, because the citizen did not answer' AFTER ended_by;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS incomplete Bool COMMENT 'a question was closed without an answer' AFTER deemed;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS extended Bool COMMENT 'the owner took more time' AFTER incomplete;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS paused_s UInt32 COMMENT 'seconds for which the completion waited for the citizen' AFTER extended;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS disputes UInt16 COMMENT 'answers that the citizen disputed' AFTER paused_s;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS stars Nullable(UInt8) COMMENT 'the citizen''s rating, 1 to 5' AFTER disputes;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS overdue Array(LowCardinality(String)) COMMENT 'duties that were not fulfilled in time' AFTER stars;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS escalation UInt8 COMMENT 'step of the ladder, 0 to 5' AFTER overdue;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS main String COMMENT 'tracking code of the main case; empty if it is no supporter, or secret' AFTER escalation;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS supporters UInt32 COMMENT 'cases that are supporters of this one' AFTER main;

ALTER TABLE case_event_rows ADD COLUMN IF NOT EXISTS duty LowCardinality(String) COMMENT 'that is overdue' AFTER part;

ALTER TABLE case_event_rows ADD COLUMN IF NOT EXISTS level UInt8 COMMENT 'step of the ladder' AFTER duty;

ALTER TABLE case_event_rows ADD COLUMN IF NOT EXISTS stars Nullable(UInt8) COMMENT 'the citizen''s rating, 1 to 5' AFTER level;

ALTER TABLE case_event_rows ADD COLUMN IF NOT EXISTS other String COMMENT 'tracking code of the other case of a merge; empty if secret' AFTER stars;

ALTER TABLE case_event_rows ADD COLUMN IF NOT EXISTS agency_id LowCardinality(String) COMMENT 'to which it was given, suggested or escalated; empty if secret' AFTER other;

-- Who hides his report later hides what came before, too: a report that was ever secret stays so, so no version of its case counts more.
CREATE OR REPLACE VIEW cases AS SELECT * FROM case_now FINAL;

CREATE OR REPLACE VIEW complaints AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', title) AS title, if(hidden, '', text) AS text,
    if(hidden, '', district_code) AS district_code, if(hidden, '', district) AS district,
    if(hidden, '', village_code) AS village_code, if(hidden, '', village) AS village,
    if(hidden, NULL, latitude) AS latitude, if(hidden, NULL, longitude) AS longitude, toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM complaint_rows FINAL);

CREATE OR REPLACE VIEW dispositions AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', explanation) AS explanation
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM disposition_rows FINAL);

CREATE OR REPLACE VIEW case_events AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', text) AS text, if(hidden, '', other) AS other,
    if(hidden, '', agency_id) AS agency_id, toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM case_event_rows FINAL);
