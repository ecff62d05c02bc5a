-- The position that the citizen shared, for maps. It is rounded before it is stored: two decimals of a degree are about a kilometre.
ALTER TABLE case_now ADD COLUMN IF NOT EXISTS latitude Nullable(Float32)
    COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret' AFTER village;

ALTER TABLE case_now ADD COLUMN IF NOT EXISTS longitude Nullable(Float32)
    COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret' AFTER latitude;

ALTER TABLE complaint_rows ADD COLUMN IF NOT EXISTS latitude Nullable(Float32)
    COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret' AFTER village;

ALTER TABLE complaint_rows ADD COLUMN IF NOT EXISTS longitude Nullable(Float32)
    COMMENT 'of the shared position, rounded to 0.01 degrees; empty if secret' AFTER latitude;

-- A view has the columns that its table had when it was made.
CREATE OR REPLACE VIEW cases AS SELECT * FROM case_now FINAL;

CREATE OR REPLACE VIEW complaints AS SELECT * FROM complaint_rows FINAL;
