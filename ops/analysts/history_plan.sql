-- What an invented history has planned for the cases $first to $last of a seed: history_step, and history_case with the rows of their documents.
-- What a case becomes follows from hashes of its number, so that the same numbers give the same rows.

CREATE OR REPLACE TABLE history_step ENGINE = MergeTree ORDER BY n AS WITH
    $seed AS seed,
    toDate32('$until') AS until,
    (SELECT groupArray(day) FROM (SELECT day FROM calendar WHERE working ORDER BY day)) AS working_day,
    (SELECT groupArray(working_number) FROM (SELECT working_number FROM calendar ORDER BY day)) AS working_number_of,
    (SELECT min(day) FROM calendar) AS first_day,
    (SELECT groupArray((code, name)) FROM (SELECT code, name FROM regions WHERE level = 'province' AND population > 0 ORDER BY code)) AS provinces,
    (SELECT arrayCumSum(groupArray(population)) FROM (SELECT population FROM regions WHERE level = 'province' AND population > 0 ORDER BY code)) AS people,
    (SELECT groupArray((province_code, codes, names)) FROM (
        SELECT province_code, groupArray(code) AS codes, groupArray(name) AS names
        FROM (SELECT province_code, code, name FROM regions WHERE level = 'regency' ORDER BY code) GROUP BY province_code ORDER BY province_code
    )) AS regencies_of,
    (SELECT (groupArray(subject), groupArray(topic)) FROM (SELECT subject, min(topic) AS topic FROM topics WHERE sub != '' AND main != 'Corona Virus' GROUP BY subject)) AS topic_of,
    ['sms', 'web', 'telegram', 'twitter', 'officer'] AS channels,
    k -> cityHash64(n, seed, k) / 18446744073709551616 AS u,
    if(flood, '33.74', '') AS flooded,
    arrayFirstIndex(total -> total >= u('province') * people[-1], people) AS province_at,
    if(flood, '33', provinces[province_at].1) AS home,
    regencies_of[indexOf(regencies_of.1, home)] AS of_province,
    toUInt32(pow(u('regency'), 1.6) * length(of_province.2)) + 1 AS regency_at,
    has(['pln', 'bpjs-kes', 'ojk', 'kemensos', 'atr-bpn', 'polri'], told.2) AS is_national,
    u('place known') < 0.82 OR flood AS placed,
    d -> toUInt32(dateDiff('day', first_day, d)) + 1 AS place_of,
    (d, count) -> working_day[working_number_of[place_of(d)] + count] AS later,
    if(told.2 IN ('dpu', 'dukcapil', 'atr-bpn'), 2.2, 1.0) * if(home IN ('91', '92', '81'), 1.6, 1.0) AS slow,
    -- some are silent for weeks
    -log(1 - u('follow up')) * 2.0 * slow + if(u('silent') < 0.02 * slow, 15 + u('silence') * 60, 0) AS follow_up_days,
    -log(1 - u('answer')) * 11 * slow AS answer_days,
    -- a delivery follows its reply within ten seconds
    toDateTime64('$now', 3, 'UTC') - 10 AS now_then,
    toDateTime64('2200-01-01 00:00:00', 3, 'UTC') AS never_at,
    -- the midnight in Jakarta after a day
    d -> toDateTime64(d + 1, 3, 'UTC') - 25200 AS over
SELECT
    n,
    toUUID(UUIDNumToString(sipHash128(n, seed, 'complaint'))) AS complaint_id,
    concat('K-', substring(hex(sipHash128(n, seed, 'number')), 1, 12)) AS number,
    channels[arrayFirstIndex(total -> total > u('channel'), [0.36, 0.58, 0.77, 0.89, 1.01])] AS channel,
    toDateTime64(received_day, 3, 'UTC') - 25200 + second_of_day AS received_at,
    received_day,
    told.1 AS subject,
    told.3 AS said,
    topic_of.2[indexOf(topic_of.1, told.1)] AS topic,
    if(placed, home, '') AS province_code,
    if(placed, if(flood, flooded, of_province.2[regency_at]), '') AS regency_code,
    if(placed AND u('village known') < 0.45, pow(u('village'), 1.5), -1) AS village_at,
    u('secret') < 0.02 AS secret,
    u('anonymous') < 0.12 AS anonymous,
    told.1 = 'anti-corruption' AS oversight,
    multiIf(u('class') < 0.86, 'pengaduan', u('class') < 0.95, 'permintaan_informasi', 'aspirasi') AS class,
    if(channel IN ('web', 'officer') OR anonymous OR secret, '', concat('R-', substring(hex(sipHash128(toUInt64(pow(u('citizen'), 2) * $population), seed, channel)), 1, 12))) AS reporter,
    -- the chain of owners: a triage desk that sorts, a wrong door that refuses, the owner
    NOT placed AND NOT is_national AS triage_first,
    -- the newer rules are right more often
    if(received_day < until - intDiv($days, 2), '2026.1', '2026.2') AS rules_version,
    u('wrong door') < if(told.2 IN ('dishub', 'dlh'), 0.16, 0.07) * if(rules_version = '2026.1', 1.3, 0.7) AND NOT triage_first AS wrong_door,
    round(multiIf(triage_first, 0.2 + 0.3 * u('sure'), wrong_door, 0.5 + 0.4 * u('sure'), 1 - 0.4 * pow(u('sure'), 2)), 2) AS confidence,
    multiIf(is_national, told.2, placed, concat(told.2, '-', regency_code), concat('pemda-', provinces[province_at].1)) AS owner_id,
    if(is_national, concat('pemda-', if(placed, regency_code, '31')), concat(if(told.2 = 'dpu', 'disperkim', 'dpu'), '-', regency_code)) AS wrong_id,
    multiIf(triage_first, 'kemenpanrb', wrong_door, wrong_id, owner_id) AS first_owner_id,
    received_at + 2 + toUInt32(u('route') * 4) AS first_routed_at,
    first_routed_at + if(triage_first OR wrong_door, toUInt32(-log(1 - u('sorting')) * 86400 * 1.7), 0) AS owner_at,
    owner_at + toUInt32(follow_up_days * 86400) AS follow_up,
    follow_up + toUInt32(answer_days * 86400) AS answer,
    received_at + 40000 AS withdrawal,
    u('withdrawn') < 0.015 AND withdrawal < now_then AS withdrawn,
    flood AND u('merged') < 0.25 AND owner_at + 60 < now_then AND NOT withdrawn AS merged,
    u('never') < 0.11 * slow AS never,
    if(follow_up < now_then AND NOT withdrawn, follow_up, NULL) AS follow_up_at,
    if(answer < now_then AND NOT withdrawn AND NOT never, answer, NULL) AS answered_at,
    answer + 90000 AS dispute,
    u('disputed') < 0.09 AND isNotNull(answered_at) AND dispute < now_then AS disputed,
    later(toDate32(answer, 'Asia/Jakarta'), 10) AS close_due,
    over(close_due) AS closing,
    multiIf(withdrawn, withdrawal, isNotNull(answered_at) AND NOT disputed AND closing < now_then, closing, NULL) AS ended_at,
    multiIf(merged, 'merged', withdrawn, 'withdrawn', isNotNull(ended_at), 'closed', disputed, 'reopened', isNotNull(answered_at), 'answered',
        isNotNull(follow_up_at), 'accepted', owner_at > now_then AND triage_first, 'received', 'routed') AS state,
    if(state = 'closed' AND u('rated') < 0.24 AND ended_at + 3600 < now_then, toUInt8(least(5, 1 + toUInt8(u('stars') * if(answer_days > 20, 3.2, 5.4)))), NULL) AS stars,
    isNotNull(follow_up_at) AND u('asked') < 0.14 AS asked,
    toUInt16(if(asked, u('replied') < 0.7, 0) + if(u('added') < 0.1, 1 + toUInt16(u('more') * 3), 0)) AS additions,
    over(later(toDate32(follow_up, 'Asia/Jakarta'), 3)) AS reminder,
    -- a question that has no answer is closed six hours after the days of the statute
    over(toDate32(follow_up, 'Asia/Jakarta') + 30) + 21600 AS question_over,
    asked AND additions = 0 AND question_over < ifNull(answered_at, now_then) AS incomplete,
    arrayFilter(part -> part != '', [if(placed, '', 'place'), if(u('date') < 0.05, 'date', ''), if(incomplete, 'evidence', '')]) AS missing,
    owner_at > if(withdrawn, withdrawal, now_then) AND (triage_first OR wrong_door) AS still_first,
    later(received_day, 3) AS forward_due,
    -- a wrong door is an owner, too, and a desk is none
    if(triage_first, owner_at, first_routed_at) AS forwarded_at,
    if(triage_first AND still_first, NULL, toDate32(forwarded_at, 'Asia/Jakarta')) AS forwarded_day,
    later(toDate32(forwarded_at, 'Asia/Jakarta'), 5) AS follow_up_due,
    toUInt16(multiIf(oversight, 60, class = 'permintaan_informasi', 5, 14)) AS complete_days,
    later(received_day, complete_days) AS complete_due,
    -- from when to when each duty is late; a dispute opens the last one again
    if(disputed AND over(complete_due) > answer, greatest(over(complete_due), dispute), over(complete_due)) AS complete_late_at,
    arrayFilter(one -> one.2 < one.3, [
        ('forward', over(forward_due), least(forwarded_at, now_then)), ('first_follow_up', over(follow_up_due), least(follow_up, now_then)),
        ('complete', complete_late_at, if(disputed, now_then, ifNull(answered_at, now_then)))]) AS late,
    -- a step of the ladder every five working days, of the last duty if more than one is late
    arraySlice(arraySort(arrayFlatten(arrayMap(one -> arrayFilter(
        at -> at < one.3 AND (one.1 = 'complete' OR at < complete_late_at) AND NOT (disputed AND at BETWEEN answer AND dispute - 1),
        arrayMap(step -> if(step = 0, one.2, over(later(toDate32(one.2, 'Asia/Jakarta') - 1, step))), [0, 5, 10, 15, 20])), late))), 1, 5) AS ladder,
    -- its facts, in the order of their times and, at the same time, of these numbers
    arraySort(arrayFilter(fact -> fact.1 <= multiIf(merged, owner_at + 60, withdrawn, withdrawal, now_then), arrayConcat([
        (first_routed_at, 1, 'opened', 'citizen', '', '', 0),
        (first_routed_at, 2, 'routed', 'citizen', first_owner_id, '', 0),
        (if(wrong_door, owner_at, never_at), 3, 'refused', first_owner_id, owner_id, '', 0),
        (if(triage_first OR wrong_door, owner_at, never_at), 4, 'routed', first_owner_id, owner_id, '', 0),
        (if(merged, owner_at + 60, never_at), 5, 'merged', 'neighbours', owner_id, '', 0),
        (ifNull(follow_up_at, never_at), 6, 'accepted', owner_id, '', '', 0),
        (if(asked, follow_up, never_at), 7, 'asked', owner_id, '', '', 0),
        (if(asked AND additions = 0 AND reminder < ifNull(answered_at, now_then), reminder, never_at), 8, 'reminded', 'clock', '', '', 0),
        (if(incomplete, question_over, never_at), 9, 'unanswered', 'clock', '', '', 0),
        (ifNull(answered_at, never_at), 10, 'answered', owner_id, '', '', 0),
        (if(disputed, dispute, never_at), 11, 'reopened', 'citizen', '', '', 0),
        (if(state = 'closed', closing, never_at), 14, 'closed', 'clock', '', '', 0),
        (if(withdrawn, withdrawal, never_at), 14, 'withdrawn', 'citizen', '', '', 0),
        (if(isNotNull(stars), closing + 3600, never_at), 15, 'rated', 'citizen', '', '', 0)],
        arrayMap(hour -> (if(isNull(follow_up_at), never_at, follow_up + (14 + hour) * 3600), 8, 'added', 'citizen', '', '', 0), range(additions)),
        arrayMap(one -> (one.2, 12, 'overdue', 'clock', '', one.1, 0), late),
        arrayMap((at, level) -> (at, 13, 'escalated', 'clock', if(level < 4, owner_id, 'kemenpanrb'), '', level), ladder, arrayEnumerate(ladder))
    )))::Array(Tuple(at DateTime64(3, 'UTC'), place UInt8, kind String, actor String, agency_id String, duty String, level UInt8)) AS facts
FROM (
    -- each alias would be written out wherever it stands: so the days and the subjects are columns
    WITH k -> cityHash64(n, $seed, k) / 18446744073709551616 AS u,
        -- share of all cases in thousandths, subject of the topic, the kind of the unit or the national agency, and what is told
        [
            (190, 'road-damage', 'dpu', 'Jalan berlubang'), (90, 'street-light', 'dishub', 'Lampu jalan mati'),
            (85, 'waste', 'dlh', 'Sampah menumpuk'), (80, 'social-aid', 'kemensos', 'Bantuan sosial tidak sampai'),
            (80, 'civil-registry', 'dukcapil', 'KTP belum jadi'), (70, 'electricity', 'pln', 'Listrik padam berhari-hari'),
            (60, 'water-supply', 'pdam', 'Air tidak mengalir'), (60, 'school', 'disdik', 'Pungutan di sekolah'),
            (60, 'health-insurance', 'bpjs-kes', 'Kartu BPJS tidak aktif'), (55, 'traffic', 'dishub', 'Angkutan tidak datang'),
            (50, 'health-service', 'dinkes', 'Antrean puskesmas'), (40, 'land', 'atr-bpn', 'Sertifikat tanah lama'),
            (30, 'crime', 'polri', 'Pencurian di kampung'), (25, 'anti-corruption', 'inspektorat', 'Pungli di kantor'),
            (25, 'bank', 'ojk', 'Pinjaman daring menagih kasar')
        ] AS subjects,
        -- the rains break roads and lines, the dry months wells, and schools enrol in June and July
        month -> arrayCumSum(arrayMap(one -> one.1 * multiIf(one.2 IN ('road-damage', 'electricity') AND (month <= 3 OR month >= 11), 1.7,
            one.2 = 'water-supply' AND month BETWEEN 7 AND 10, 2.2, one.2 = 'school' AND month BETWEEN 6 AND 7, 2.5, 1.0), subjects)) AS share_in,
        share_in(toMonth(received_day)) AS share,
        arrayFirstIndex(total -> total > u('subject') * share[-1], share) AS subject_at,
        if(flood, ('disaster', 'bpbd', 'Banjir di rumah warga'), (subjects[subject_at].2, subjects[subject_at].3, subjects[subject_at].4)) AS told
    SELECT n, flood, received_day, second_of_day, told FROM (
        WITH k -> cityHash64(n, $seed, k) / 18446744073709551616 AS u,
            toDate32('$until') AS until,
            -- a flood: one case in thirty comes from one city in one week, of January if that is among the days
            toDate32(toStartOfYear(until)) + 17 AS january,
            if(january BETWEEN until - $days AND until - 7, january, until - toUInt32($days * 0.4) - 7) AS flooded_from,
            until - toUInt32($days * pow(u('day'), 1.15)) AS even_day,
            -- one in four of the dry months comes in the next rains
            if(toMonth(even_day) BETWEEN 5 AND 9 AND u('season') < 0.25 AND even_day + 182 <= until, even_day + 182, even_day) AS season_day,
            if(flood, flooded_from + toUInt32(u('day') * 7), season_day) AS any_day,
            -- on Saturdays and Sundays half as many
            any_day - if(toDayOfWeek(any_day) > 5 AND u('weekend') < 0.5, toDayOfWeek(any_day) - 5, 0) AS day,
            toUInt32(25200 + 50400 * (u('hour') + u('hour 2')) / 2) AS second_of_day,
            -- of today only what has passed
            if(toDateTime64(day, 3, 'UTC') - 25200 + second_of_day + 20 < toDateTime64('$now', 3, 'UTC'), day, day - 1) AS received_day
        SELECT number AS n, u('flood') < 0.033 AS flood, received_day, second_of_day FROM numbers($first, $last - $first + 1)
    )
)
SETTINGS max_block_size = 4096;

-- the other rows are made from those of this round, and never from all that there are by then
CREATE OR REPLACE TABLE history_case AS case_now ENGINE = MergeTree ORDER BY complaint_id;

ALTER TABLE history_case ADD COLUMN facts Array(Tuple(at DateTime64(3, 'UTC'), place UInt8, kind String, actor String, agency_id String, duty String, level UInt8));

INSERT INTO history_case (complaint_id, case_number, version, state, channel, received_at, first_routed_at, first_answered_at, first_follow_up_at, accepted_at, ended_at,
    ended_by, main, supporters, disputes, stars, overdue, escalation, changed_at, first_owner_id, first_owner, owner_id, owner, owner_since, triage, hop, confidence, explanation,
    deadlines, refusals, additions, answers, questions, incomplete, title, text, secret, anonymous, class, oversight, topic, province_code, province, regency_code, regency,
    district_code, district, village_code, village, missing, attachments, reporter, normaliser_version, rules_version, registry_version, appended_at, kafka_partition, kafka_offset, facts)
WITH (SELECT (groupArray(code), groupArray(name)) FROM regions WHERE length(code) <= 5) AS region,
    code -> transform(code, region.1, region.2, '') AS name_of,
    (SELECT argMinIf(number, n, subject = 'disaster' AND state != 'merged' AND NOT secret) FROM history_step) AS main_number,
    (SELECT countIf(state = 'merged') FROM history_step) AS merged
SELECT complaint_id, if(secret, '', number), length(facts), state, channel, received_at, first_routed_at, answered_at, follow_up_at, follow_up_at, if(state = 'merged', NULL, ended_at),
    multiIf(state = 'withdrawn', 'citizen', state = 'closed', 'clock', ''), if(state = 'merged' AND NOT secret, main_number, ''),
    if(number = main_number, toUInt32(merged), 0), toUInt16(disputed), stars,
    arraySort(arrayFilter(duty -> duty != '', facts.duty)), arrayMax(facts.level), facts[-1].at, first_owner_id, f.name, if(still_first, first_owner_id, owner_id), if(still_first, f.name, o.name),
    if(still_first, first_routed_at, owner_at), still_first AND triage_first, toUInt8(NOT still_first AND (triage_first OR wrong_door)), confidence, '',
    arrayFilter(one -> one.1 != '', [
        ('forward', toUInt16(3), 'working', received_day, forward_due, 'PermenPANRB 5/2025', forwarded_day),
        (if(isNull(forwarded_day), '', 'first_follow_up'), toUInt16(5), 'working', ifNull(forwarded_day, received_day), follow_up_due, 'PermenPANRB 5/2025', toDate32(follow_up_at, 'Asia/Jakarta')),
        ('complete', complete_days, 'working', received_day, complete_due, 'PermenPANRB 5/2025', if(disputed, NULL, toDate32(answered_at, 'Asia/Jakarta'))),
        (if(isNotNull(answered_at) AND NOT disputed, 'close', ''), 10, 'working', toDate32(answer, 'Asia/Jakarta'), close_due, 'PermenPANRB 5/2025',
            if(state = 'closed', toDate32(ended_at, 'Asia/Jakarta'), NULL))]),
    toUInt16(wrong_door AND NOT still_first), countEqual(facts.kind, 'added'), toUInt16(isNotNull(answered_at)), countEqual(facts.kind, 'asked'), incomplete, if(secret, '', said),
    if(secret, '', concat(said, if(regency_code != '', concat(' di ', name_of(regency_code)), ''), ', sudah lama.')), secret, anonymous, class, oversight, topic,
    province_code, name_of(province_code), regency_code, name_of(regency_code), if(secret, '', v.district_code), if(secret, '', v.district), if(secret, '', v.code), if(secret, '', v.name),
    missing, toUInt16(n % 9 = 0), reporter, 'history', rules_version, 'history', first_routed_at + 1, 0, n, facts
FROM (
    SELECT h.*, toInt64(h.village_at * c.villages) AS village_number FROM history_step AS h
    LEFT JOIN (SELECT regency_code AS regency, count() AS villages FROM regions WHERE level = 'village' GROUP BY regency) AS c ON c.regency = h.regency_code
) AS h LEFT JOIN (
    SELECT w.regency_code AS regency, w.code AS code, w.name AS name, d.code AS district_code, d.name AS district,
        toInt64(row_number() OVER (PARTITION BY w.regency_code ORDER BY w.code)) - 1 AS place
    FROM regions AS w INNER JOIN regions AS d ON d.code = substring(w.code, 1, 8) WHERE w.level = 'village'
) AS v ON v.regency = h.regency_code AND v.place = h.village_number LEFT JOIN agencies AS o ON o.id = h.owner_id LEFT JOIN agencies AS f ON f.id = h.first_owner_id;
