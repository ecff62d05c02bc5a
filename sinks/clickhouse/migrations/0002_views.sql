-- What analysts read. FINAL: each event once, also before ClickHouse has merged its parts.
CREATE VIEW complaints AS SELECT * FROM complaint_rows FINAL;

CREATE VIEW dispositions AS SELECT * FROM disposition_rows FINAL;

CREATE VIEW case_events AS SELECT * FROM case_event_rows FINAL;

CREATE VIEW dead_letters AS SELECT * FROM dead_letter_rows FINAL;

-- One row a complaint, with its present owner.
CREATE VIEW cases AS
SELECT
    c.complaint_id AS complaint_id,
    c.tracking_code AS tracking_code,
    c.channel AS channel,
    c.received_at AS received_at,
    c.class AS class,
    c.oversight AS oversight,
    c.topic AS topic,
    c.province AS province,
    c.regency AS regency,
    c.title AS title,
    c.text AS text,
    c.missing AS missing,
    d.hop AS hop,
    d.owner_id AS owner_id,
    d.owner AS owner,
    d.triage AS triage,
    d.confidence AS confidence,
    d.explanation AS explanation,
    d.deadlines AS deadlines,
    d.decided_at AS decided_at
FROM complaints AS c
LEFT JOIN
(
    SELECT * FROM dispositions ORDER BY complaint_id, hop DESC LIMIT 1 BY complaint_id
) AS d ON c.complaint_id = d.complaint_id;
