-- What analysts read. FINAL: each key once, also before ClickHouse has merged its parts.
CREATE OR REPLACE VIEW cases AS SELECT * FROM case_now FINAL;

CREATE OR REPLACE VIEW complaints AS SELECT * FROM complaint_rows FINAL;

CREATE OR REPLACE VIEW dispositions AS SELECT * FROM disposition_rows FINAL;

CREATE OR REPLACE VIEW case_events AS SELECT * FROM case_event_rows FINAL;

CREATE OR REPLACE VIEW messages AS SELECT * FROM message_rows FINAL;

CREATE OR REPLACE VIEW replies AS SELECT * FROM reply_rows FINAL;

CREATE OR REPLACE VIEW deliveries AS SELECT * FROM delivery_rows FINAL;

CREATE OR REPLACE VIEW dead_letters AS SELECT * FROM dead_letter_rows FINAL;
