-- Who hides his report later hides its tracking code everywhere: with the code anybody reads the page of the case and acts on it.
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
    toBool(secret OR hidden) AS secret
) FROM (SELECT *, complaint_id IN (SELECT complaint_id FROM case_now WHERE secret) AS hidden FROM complaint_rows FINAL);

CREATE OR REPLACE VIEW case_events AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, if(hidden, '', text) AS text,
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

CREATE OR REPLACE VIEW messages AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, toBool(secret OR hidden) AS secret
) FROM (SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden FROM message_rows FINAL);

CREATE OR REPLACE VIEW replies AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, toBool(secret OR hidden) AS secret
) FROM (SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden FROM reply_rows FINAL);

CREATE OR REPLACE VIEW deliveries AS SELECT * EXCEPT (hidden) REPLACE (
    if(hidden, '', tracking_code) AS tracking_code, toBool(secret OR hidden) AS secret
) FROM (SELECT *, ifNull(complaint_id IN (SELECT complaint_id FROM case_now WHERE secret), 0) AS hidden FROM delivery_rows FINAL);
