"""Search rows follow the opportunities: a change notes them, and the transaction's last act makes their rows anew."""

from django.db import migrations

NOTES = """
CREATE UNLOGGED TABLE tenders_searchnote (
    transaction bigint NOT NULL, opportunity_id bigint NOT NULL, PRIMARY KEY (transaction, opportunity_id));
CREATE UNLOGGED TABLE tenders_searchturn (transaction bigint PRIMARY KEY);
COMMENT ON TABLE tenders_searchnote IS 'Opportunities that running transactions change; 0 for the values of filters.';
"""
NO_NOTES = "DROP TABLE tenders_searchnote; DROP TABLE tenders_searchturn;"

# The values that filters offer. Buyers are those who buy something, alone or together.
VALUES = """
CREATE FUNCTION tenders_search_values() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM core_search_offer('opportunities', 'types', coalesce(jsonb_agg(jsonb_build_object(
            'value', node.slug, 'label', node.name, 'parent', coalesce(parent.slug, ''), 'order', node."order")), '[]'),
        126, true)
        FROM core_servicetype AS node LEFT JOIN core_servicetype AS parent ON parent.id = node.parent_id;
    PERFORM core_search_offer('opportunities', 'groups', coalesce(jsonb_agg(jsonb_build_object(
            'value', node.slug, 'label', node.name, 'parent', coalesce(parent.slug, ''), 'order', node."order")), '[]'),
        63, true)
        FROM core_clientgroup AS node LEFT JOIN core_clientgroup AS parent ON parent.id = node.parent_id;
    PERFORM core_search_offer('opportunities', 'places', coalesce(jsonb_agg(jsonb_build_object(
            'value', slug, 'label', name, 'parent', '', 'order', 0)), '[]'), 252, true)
        FROM core_place WHERE kind = 'council';
    PERFORM core_search_offer('opportunities', 'buyers', coalesce(jsonb_agg(jsonb_build_object(
            'value', slug, 'label', name, 'parent', '', 'order', 0)), '[]'), 315, true)
        FROM commissioning_organisation
        WHERE id IN (SELECT organisation_id FROM tenders_opportunity WHERE published_at IS NOT NULL
                     UNION SELECT organisation_id FROM tenders_opportunitypartner);
END
$$;
"""

# Where what each opportunity buys is delivered: as it or its lots say, else where its buyers are.
AREAS = """
CREATE FUNCTION tenders_search_areas(ids bigint[]) RETURNS TABLE (opportunity_id bigint, place_id bigint)
LANGUAGE sql STABLE AS $$
    WITH told AS MATERIALIZED (
        SELECT link.opportunity_id, link.place_id FROM tenders_opportunity_places AS link
        WHERE link.opportunity_id = ANY (ids)
        UNION SELECT lot.opportunity_id, link.place_id FROM tenders_opportunitylot AS lot
        JOIN tenders_opportunitylot_places AS link ON link.opportunitylot_id = lot.id
        WHERE lot.opportunity_id = ANY (ids)
    )
    SELECT * FROM told
    UNION SELECT buyer.opportunity_id, coverage.place_id
    FROM (
        SELECT id AS opportunity_id, organisation_id FROM tenders_opportunity WHERE id = ANY (ids)
        UNION SELECT partner.opportunity_id, partner.organisation_id FROM tenders_opportunitypartner AS partner
        WHERE partner.opportunity_id = ANY (ids)
    ) AS buyer
    JOIN commissioning_coverage AS coverage ON coverage.organisation_id = buyer.organisation_id
    WHERE buyer.opportunity_id NOT IN (SELECT told.opportunity_id FROM told)
$$;
"""

# Makes the rows of the given opportunities as they now are; those that nobody may ever see lose theirs.
REFRESH = """
CREATE FUNCTION tenders_search_refresh(ids bigint[], is_whole boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET lock_timeout TO '60s' AS $$
DECLARE
    fresh bigint;
    dropped text[];
    gone bigint[];
BEGIN
    -- Two transactions that change the same entry wait for each other here, and the second then sees the first.
    PERFORM pg_advisory_xact_lock(hashtext('tenders_search'), bucket)
        FROM (SELECT DISTINCT (one.id % 1000)::integer AS bucket FROM unnest(ids) AS one (id) ORDER BY 1) AS buckets;

    IF EXISTS (
        SELECT 1 FROM (
            SELECT organisation_id FROM tenders_opportunity WHERE id = ANY (ids) AND published_at IS NOT NULL
            UNION SELECT organisation_id FROM tenders_opportunitypartner WHERE opportunity_id = ANY (ids)
        ) AS buyer JOIN commissioning_organisation AS organisation ON organisation.id = buyer.organisation_id
        WHERE NOT EXISTS (
            SELECT 1 FROM core_searchvalue AS known WHERE known.index = 'opportunities' AND known.facet = 'buyers'
                AND known.value = organisation.slug AND known.is_offered)
    ) THEN
        PERFORM tenders_search_values();
    END IF;

    gone := ARRAY(
        SELECT one.id FROM unnest(ids) AS one (id) WHERE NOT EXISTS (
            SELECT 1 FROM tenders_opportunity AS entry
            WHERE entry.id = one.id AND entry.published_at IS NOT NULL AND NOT entry.is_members_only));

    DELETE FROM tenders_searcharea AS row WHERE row.opportunity_id = ANY (gone);
    WITH made AS MATERIALIZED (
        SELECT * FROM tenders_search_areas(ids) AS area WHERE NOT area.opportunity_id = ANY (gone)
    ),
    cleared AS (
        DELETE FROM tenders_searcharea AS row WHERE row.opportunity_id = ANY (ids) AND NOT EXISTS (
            SELECT 1 FROM made WHERE made.opportunity_id = row.opportunity_id AND made.place_id = row.place_id)
    )
    INSERT INTO tenders_searcharea (opportunity_id, place_id) SELECT opportunity_id, place_id FROM made
    ON CONFLICT DO NOTHING;

    -- Rows to filter and count.
    DELETE FROM tenders_searchrow AS row WHERE row.opportunity_id = ANY (gone);
    INSERT INTO tenders_searchrow AS known (
        opportunity_id, flags, public_from, types_0, types_1, groups_0, councils_0, councils_1, councils_2, councils_3,
        buyers_0, buyers_1, buyers_2, buyers_3, buyers_4, opens_at, closes_at, awarded_at, ended_at, engaging_from,
        planned_until, opens_from, opens_to, opens_first, closes_date, value, framework_id, sort_name)
    SELECT entry.id,
        core_search_mask((ARRAY[
            6 + array_position(ARRAY['starting', 'living', 'ageing'], entry.life_stage::text) - 1,
            9 + array_position(ARRAY['open', 'flexible', 'call_off', 'framework', 'dynamic_market', 'direct',
                'psr_direct', 'psr_most_suitable', 'psr_competitive', 'grant', 'unknown'], entry.route::text) - 1,
            20 + array_position(ARRAY['procurement_act', 'light_touch', 'psr', 'below_threshold', 'older_law',
                'unknown'], entry.regime::text) - 1,
            33 + coalesce(array_position(ARRAY['supported_employment', 'public_service_mutual'],
                entry.reserved_for::text), 3) - 1,
            CASE WHEN entry.is_sme_suitable OR lot.is_sme_suitable THEN 36 END,
            CASE WHEN entry.is_vcse_suitable OR lot.is_vcse_suitable THEN 37 END,
            CASE WHEN entry.route IN ('framework', 'dynamic_market') THEN 39 END
        ] || worth.bands)::smallint[], 0),
        entry.published_at,
        core_search_mask(kind.bits, 0), core_search_mask(kind.bits, 1), core_search_mask(client.bits, 0),
        core_search_mask(area.bits, 0), core_search_mask(area.bits, 1),
        core_search_mask(area.bits, 2), core_search_mask(area.bits, 3),
        core_search_mask(buyer.bits, 0), core_search_mask(buyer.bits, 1), core_search_mask(buyer.bits, 2),
        core_search_mask(buyer.bits, 3), core_search_mask(buyer.bits, 4),
        entry.opens_at, entry.closes_at, entry.awarded_at, least(entry.withdrawn_at, entry.cancelled_at),
        (entry.engagement_date ->> 'earliest')::date,
        CASE WHEN entry.tender_date IS NOT NULL THEN (entry.tender_date ->> 'latest')::date
            ELSE (replaced.ends ->> 'latest')::date END,
        coalesce((entry.opens_at AT TIME ZONE 'Europe/London')::date, (entry.tender_date ->> 'earliest')::date),
        coalesce((entry.opens_at AT TIME ZONE 'Europe/London')::date, (entry.tender_date ->> 'latest')::date),
        coalesce(entry.opens_at, (entry.tender_date ->> 'earliest')::date::timestamp AT TIME ZONE 'Europe/London'),
        (entry.closes_at AT TIME ZONE 'Europe/London')::date,
        (coalesce(entry.value_to, entry.value_from, entry.value_gross, lot.value) * 100)::bigint,
        entry.framework_id, left(core_search_fold(entry.title), 80)
    FROM tenders_opportunity AS entry
    LEFT JOIN tenders_contract AS replaced ON replaced.id = entry.replaces_contract_id
    CROSS JOIN LATERAL (
        SELECT bool_or(is_sme_suitable) AS is_sme_suitable, bool_or(is_vcse_suitable) AS is_vcse_suitable,
            max(value_net) AS value
        FROM tenders_opportunitylot WHERE opportunity_id = entry.id
    ) AS lot
    CROSS JOIN LATERAL (
        SELECT CASE WHEN count(*) = 0 THEN ARRAY[32] ELSE array_agg(DISTINCT 26 + band.number - 1) END AS bands
        FROM (
            SELECT coalesce(entry.value_from, entry.value_to, entry.value_gross) AS lowest,
                coalesce(entry.value_to, entry.value_from, entry.value_gross) AS highest
            UNION ALL SELECT value_net, value_net FROM tenders_opportunitylot WHERE opportunity_id = entry.id
        ) AS told
        JOIN unnest(ARRAY[0, 100000, 500000, 1000000, 5000000, 20000000], ARRAY[100000, 500000, 1000000, 5000000,
                20000000, NULL]) WITH ORDINALITY AS band (starts, ends, number)
            ON told.highest >= band.starts AND (band.ends IS NULL OR told.lowest < band.ends)
    ) AS worth
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT value.bit) AS bits FROM (
            SELECT servicetype_id FROM tenders_opportunity_types WHERE opportunity_id = entry.id
            UNION SELECT link.servicetype_id FROM tenders_opportunitylot AS part
            JOIN tenders_opportunitylot_types AS link ON link.opportunitylot_id = part.id
            WHERE part.opportunity_id = entry.id
        ) AS told
        JOIN core_servicetype AS node ON node.id = told.servicetype_id
        JOIN core_searchvalue AS value ON value.index = 'opportunities' AND value.facet = 'types'
            AND value.value = ANY (string_to_array(node.path, '/'))
    ) AS kind
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT value.bit) AS bits FROM (
            SELECT clientgroup_id FROM tenders_opportunity_client_groups WHERE opportunity_id = entry.id
            UNION SELECT link.clientgroup_id FROM tenders_opportunitylot AS part
            JOIN tenders_opportunitylot_client_groups AS link ON link.opportunitylot_id = part.id
            WHERE part.opportunity_id = entry.id
        ) AS told
        JOIN core_clientgroup AS node ON node.id = told.clientgroup_id
        JOIN core_searchvalue AS value ON value.index = 'opportunities' AND value.facet = 'groups'
            AND value.value = ANY (string_to_array(node.path, '/'))
    ) AS client
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT value.bit) AS bits FROM (
            SELECT unnest(string_to_array(place.path, '/')) AS slug
            FROM tenders_searcharea AS told JOIN core_place AS place ON place.id = told.place_id
            WHERE told.opportunity_id = entry.id
            UNION SELECT below.slug
            FROM tenders_searcharea AS told JOIN core_place AS place ON place.id = told.place_id
            JOIN core_place AS below ON below.path LIKE place.path || '/%' AND below.kind = 'council'
            WHERE told.opportunity_id = entry.id AND place.kind IN ('country', 'region')
        ) AS near
        JOIN core_searchvalue AS value ON value.index = 'opportunities' AND value.facet = 'places'
            AND value.value = near.slug
    ) AS area
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT value.bit) AS bits FROM (
            SELECT entry.organisation_id AS id
            UNION SELECT organisation_id FROM tenders_opportunitypartner WHERE opportunity_id = entry.id
        ) AS one
        JOIN commissioning_organisation AS organisation ON organisation.id = one.id
        JOIN core_searchvalue AS value ON value.index = 'opportunities' AND value.facet = 'buyers'
            AND value.value = organisation.slug
    ) AS buyer
    WHERE entry.id = ANY (ids) AND NOT entry.id = ANY (gone)
    ON CONFLICT (opportunity_id) DO UPDATE SET (
        flags, public_from, types_0, types_1, groups_0, councils_0, councils_1, councils_2, councils_3,
        buyers_0, buyers_1, buyers_2, buyers_3, buyers_4, opens_at, closes_at, awarded_at, ended_at, engaging_from,
        planned_until, opens_from, opens_to, opens_first, closes_date, value, framework_id, sort_name) = ROW (
        excluded.flags, excluded.public_from, excluded.types_0, excluded.types_1, excluded.groups_0,
        excluded.councils_0, excluded.councils_1, excluded.councils_2, excluded.councils_3, excluded.buyers_0,
        excluded.buyers_1, excluded.buyers_2, excluded.buyers_3, excluded.buyers_4, excluded.opens_at,
        excluded.closes_at, excluded.awarded_at, excluded.ended_at, excluded.engaging_from, excluded.planned_until,
        excluded.opens_from, excluded.opens_to, excluded.opens_first, excluded.closes_date, excluded.value,
        excluded.framework_id, excluded.sort_name)
    WHERE known.* IS DISTINCT FROM excluded.*;

    -- Cards, and words where they have changed.
    WITH made AS MATERIALIZED (
        SELECT entry.id AS opportunity_id, entry.published_at AS public_from,
            core_search_fold(concat_ws(' ', entry.title, array_to_string(entry.alternative_titles, ' '))) AS names,
            left(core_search_fold(concat_ws(' ', entry.title, array_to_string(entry.alternative_titles, ' '),
                entry.summary, entry.service_area, organisation.name, organisation.short_name, partner.names,
                entry.joint_as_stated, entry.reference, entry.ocid, kind.names, client.names, area.names, lot.words,
                entry.note)), 100000) AS document,
            jsonb_build_object(
                'id', entry.id, 'reference', entry.reference, 'ocid', entry.ocid, 'title', entry.title,
                'summary', entry.summary, 'life_stage', entry.life_stage, 'service_area', entry.service_area,
                'is_sample', entry.is_sample,
                'buyer', jsonb_build_object('slug', organisation.slug, 'name', organisation.name),
                'partners', coalesce(partner.list, '[]'),
                'types', coalesce(kind.list, '[]'), 'groups', coalesce(client.list, '[]'),
                'places', coalesce(area.list, '[]'), 'lots', coalesce(lot.list, '[]'),
                'regime', entry.regime, 'route', entry.route,
                'framework', CASE WHEN framework.id IS NOT NULL THEN jsonb_build_object('slug', framework.slug,
                    'title', framework.title, 'public_from', framework.published_at) END,
                'replaces', CASE WHEN replaced.id IS NOT NULL THEN jsonb_build_object(
                    'reference', replaced.reference, 'title', replaced.title, 'ends', replaced.ends,
                    'public_from', replaced.published_at) END,
                'engagement_date', entry.engagement_date, 'tender_date', entry.tender_date,
                'award_date', entry.award_date, 'contract_start_date', entry.contract_start_date,
                'contract_end_date', entry.contract_end_date, 'dates_as_stated', entry.dates_as_stated,
                'opens_at', entry.opens_at, 'closes_at', entry.closes_at, 'awarded_at', entry.awarded_at,
                'withdrawn_at', entry.withdrawn_at, 'cancelled_at', entry.cancelled_at,
                'questions_close_at', entry.questions_close_at, 'answers_by_at', entry.answers_by_at,
                'value_from', entry.value_from::text, 'value_to', entry.value_to::text,
                'value_gross', entry.value_gross::text, 'value_as_stated', entry.value_as_stated,
                'is_sme_suitable', entry.is_sme_suitable, 'is_vcse_suitable', entry.is_vcse_suitable,
                'reserved_for', entry.reserved_for, 'confidence', entry.confidence,
                'last_confirmed', entry.last_confirmed, 'confirmed_at', entry.confirmed_at,
                'source_published', source.published, 'published_at', entry.published_at,
                'portal_url', entry.portal_url, 'told', coalesce(told.moments, '[]')
            )::text AS card
        FROM tenders_opportunity AS entry
        JOIN commissioning_organisation AS organisation ON organisation.id = entry.organisation_id
        LEFT JOIN tenders_framework AS framework ON framework.id = entry.framework_id
        LEFT JOIN tenders_contract AS replaced ON replaced.id = entry.replaces_contract_id
        LEFT JOIN commissioning_sourcedocument AS source ON source.id = entry.source_id
        CROSS JOIN LATERAL (
            SELECT string_agg(one.name, ' ') AS names,
                jsonb_agg(jsonb_build_object('slug', one.slug, 'name', one.name) ORDER BY one.name, one.id) AS list
            FROM commissioning_organisation AS one
            WHERE one.id IN (SELECT organisation_id FROM tenders_opportunitypartner WHERE opportunity_id = entry.id)
                AND one.id <> entry.organisation_id
        ) AS partner
        CROSS JOIN LATERAL (
            SELECT string_agg(node.name, ' ') AS names, jsonb_agg(jsonb_build_object('slug', node.slug,
                'name', node.name) ORDER BY node."order", node.name, node.id) AS list
            FROM core_servicetype AS node WHERE node.id IN (
                SELECT servicetype_id FROM tenders_opportunity_types WHERE opportunity_id = entry.id
                UNION SELECT link.servicetype_id FROM tenders_opportunitylot AS part
                JOIN tenders_opportunitylot_types AS link ON link.opportunitylot_id = part.id
                WHERE part.opportunity_id = entry.id)
        ) AS kind
        CROSS JOIN LATERAL (
            SELECT string_agg(node.name, ' ') AS names, jsonb_agg(jsonb_build_object('slug', node.slug,
                'name', node.name) ORDER BY node."order", node.name, node.id) AS list
            FROM core_clientgroup AS node WHERE node.id IN (
                SELECT clientgroup_id FROM tenders_opportunity_client_groups WHERE opportunity_id = entry.id
                UNION SELECT link.clientgroup_id FROM tenders_opportunitylot AS part
                JOIN tenders_opportunitylot_client_groups AS link ON link.opportunitylot_id = part.id
                WHERE part.opportunity_id = entry.id)
        ) AS client
        CROSS JOIN LATERAL (
            SELECT string_agg(place.name, ' ') AS names,
                jsonb_agg(jsonb_build_object('slug', place.slug, 'name', place.name) ORDER BY place.path) AS list
            FROM tenders_searcharea AS row JOIN core_place AS place ON place.id = row.place_id
            WHERE row.opportunity_id = entry.id
        ) AS area
        CROSS JOIN LATERAL (
            SELECT string_agg(concat_ws(' ', one.title, one.description), ' ') AS words,
                jsonb_agg(jsonb_build_object('number', one.number, 'title', one.title) ORDER BY one."order", one.id)
                    AS list
            FROM tenders_opportunitylot AS one WHERE one.opportunity_id = entry.id
        ) AS lot
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(one.moment ORDER BY one.moment) AS moments FROM (
                SELECT changed_at AS moment FROM tenders_datechange WHERE opportunity_id = entry.id
                UNION SELECT published_at FROM tenders_addendum WHERE opportunity_id = entry.id
                UNION SELECT answered_at FROM tenders_question WHERE opportunity_id = entry.id
                    AND answered_at IS NOT NULL
            ) AS one
        ) AS told
        WHERE entry.id = ANY (ids) AND NOT entry.id = ANY (gone)
    ),
    changed AS MATERIALIZED (
        SELECT made.opportunity_id, made.names, made.document, made.public_from, known.document AS former
        FROM made LEFT JOIN tenders_searchcard AS known ON known.opportunity_id = made.opportunity_id
        WHERE is_whole OR (known.names, known.document) IS DISTINCT FROM (made.names, made.document)
    ),
    vectors AS (
        INSERT INTO tenders_searchtext AS known (opportunity_id, name_vector, vector)
        SELECT opportunity_id, strip(to_tsvector('english', names)), strip(to_tsvector('english', document))
        FROM changed
        ON CONFLICT (opportunity_id) DO UPDATE SET name_vector = excluded.name_vector, vector = excluded.vector
    ),
    cards AS (
        INSERT INTO tenders_searchcard AS known (opportunity_id, card, names, document)
        SELECT opportunity_id, card, names, document FROM made
        ON CONFLICT (opportunity_id) DO UPDATE
        SET card = excluded.card, names = excluded.names, document = excluded.document
        WHERE (known.card, known.names, known.document)
            IS DISTINCT FROM (excluded.card, excluded.names, excluded.document)
    ),
    removed AS (DELETE FROM tenders_searchcard WHERE opportunity_id = ANY (gone) RETURNING document),
    removed_vectors AS (DELETE FROM tenders_searchtext WHERE opportunity_id = ANY (gone)),
    words AS (
        INSERT INTO core_searchword AS known (index, word, rows, public_from)
        SELECT 'opportunities', written.word, count(*), min(changed.public_from)
        FROM changed CROSS JOIN LATERAL unnest(core_search_words(changed.document)) AS written (word)
        WHERE is_whole OR NOT EXISTS (
            SELECT 1 FROM core_searchword AS here
            WHERE here.index = 'opportunities' AND here.word = written.word
                AND here.public_from <= changed.public_from)
        GROUP BY written.word ORDER BY written.word
        ON CONFLICT (index, word) DO UPDATE
        SET rows = known.rows + excluded.rows, public_from = least(known.public_from, excluded.public_from)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM words), ARRAY(
        SELECT DISTINCT word
        FROM (SELECT document FROM removed UNION ALL
              SELECT former FROM changed WHERE former IS NOT NULL AND NOT is_whole) AS old
        CROSS JOIN LATERAL unnest(core_search_words(old.document)) AS word)
    INTO fresh, dropped;

    -- A word that no row holds any more must not be what a mistyped one is corrected to. Common ones are not looked for.
    IF cardinality(dropped) > 0 THEN
        DELETE FROM core_searchword AS known
        WHERE known.index = 'opportunities' AND known.word = ANY (dropped) AND known.rows < 100 AND NOT EXISTS (
            SELECT 1 FROM tenders_searchtext AS text WHERE text.vector @@ plainto_tsquery('english', known.word));
        fresh := fresh + CASE WHEN FOUND THEN 1 ELSE 0 END;
    END IF;
    IF fresh > 0 THEN
        PERFORM core_search_renew('opportunities', 'words');
    END IF;
END
$$;
"""

AT_COMMIT = """
CREATE FUNCTION tenders_search_commit() RETURNS trigger LANGUAGE plpgsql SET lock_timeout TO '60s' AS $$
DECLARE
    ids bigint[];
BEGIN
    DELETE FROM tenders_searchturn WHERE transaction = pg_current_xact_id()::text::bigint;
    WITH noted AS (
        DELETE FROM tenders_searchnote WHERE transaction = pg_current_xact_id()::text::bigint RETURNING opportunity_id
    )
    SELECT array_agg(opportunity_id ORDER BY opportunity_id) INTO ids FROM noted;
    IF 0 = ANY (ids) THEN
        PERFORM tenders_search_values();
        ids := array_remove(ids, 0);
    END IF;
    -- All locks first and in one order; then in portions, so that what is made on the way stays in memory.
    PERFORM pg_advisory_xact_lock(hashtext('tenders_search'), bucket)
        FROM (SELECT DISTINCT (one.id % 1000)::integer AS bucket FROM unnest(ids) AS one (id) ORDER BY 1) AS buckets;
    FOR start IN 1 .. coalesce(cardinality(ids), 0) BY 500 LOOP
        PERFORM tenders_search_refresh(ids[start : start + 499]);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER tenders_search_at_commit AFTER INSERT ON tenders_searchturn
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenders_search_commit();

CREATE FUNCTION tenders_search_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part text := 'SELECT ' || TG_ARGV[0] || ' AS opportunity_id FROM %I AS part ' || coalesce(TG_ARGV[1], '');
    touched text := format(part, 'changed');
    this bigint := pg_current_xact_id()::text::bigint;
    noted bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        touched := touched || ' UNION ALL ' || format(part, 'former');
    END IF;
    EXECUTE 'INSERT INTO tenders_searchnote SELECT DISTINCT $1, opportunity_id FROM (' || touched || ') AS every'
        ' WHERE opportunity_id IS NOT NULL ON CONFLICT DO NOTHING' USING this;
    GET DIAGNOSTICS noted = ROW_COUNT;
    IF noted > 0 THEN
        INSERT INTO tenders_searchturn VALUES (this) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
"""
NOT_AT_COMMIT = """
DROP FUNCTION tenders_search_note();
DROP TRIGGER tenders_search_at_commit ON tenders_searchturn;
DROP FUNCTION tenders_search_commit();
"""
DROP_FUNCTIONS = """
DROP FUNCTION tenders_search_refresh(bigint[], boolean);
DROP FUNCTION tenders_search_areas(bigint[]);
DROP FUNCTION tenders_search_values();
"""

TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING NEW TABLE AS changed OLD TABLE AS former",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}
EVERY = ("INSERT", "UPDATE", "DELETE")
OF_LOT = "JOIN tenders_opportunitylot AS lot ON lot.id = part.opportunitylot_id"
# Which opportunities a changed row of each table touches; 0 stands for the values of filters.
PARTS = [
    ("tenders_opportunity", EVERY, "'part.id'", ""),
    *(
        (table, EVERY, "'part.opportunity_id'", "")
        for table in (
            "tenders_opportunity_types", "tenders_opportunity_client_groups", "tenders_opportunity_places",
            "tenders_opportunitypartner", "tenders_opportunitylot", "tenders_datechange", "tenders_addendum",
            "tenders_question",
        )
    ),
    *(
        (f"tenders_opportunitylot_{what}", EVERY, "'lot.opportunity_id'", OF_LOT)
        for what in ("types", "client_groups", "places")
    ),
    ("tenders_contract", ("UPDATE",), "'entry.id'",
     "JOIN tenders_opportunity AS entry ON entry.replaces_contract_id = part.id"),
    ("tenders_framework", ("UPDATE",), "'entry.id'",
     "JOIN tenders_opportunity AS entry ON entry.framework_id = part.id"),
    ("commissioning_sourcedocument", ("UPDATE",), "'entry.id'",
     "JOIN tenders_opportunity AS entry ON entry.source_id = part.id"),
    ("commissioning_organisation", ("UPDATE",), "'unnest(ARRAY[0, entry.id, partner.opportunity_id])'",
     "LEFT JOIN tenders_opportunity AS entry ON entry.organisation_id = part.id"
     " LEFT JOIN tenders_opportunitypartner AS partner ON partner.organisation_id = part.id"),
    ("commissioning_coverage", EVERY, "'unnest(ARRAY[entry.id, partner.opportunity_id])'",
     "LEFT JOIN tenders_opportunity AS entry ON entry.organisation_id = part.organisation_id"
     " LEFT JOIN tenders_opportunitypartner AS partner ON partner.organisation_id = part.organisation_id"),
    ("core_servicetype", EVERY, "'unnest(ARRAY[0, link.opportunity_id, lot.opportunity_id])'",
     "LEFT JOIN tenders_opportunity_types AS link ON link.servicetype_id = part.id"
     " LEFT JOIN tenders_opportunitylot_types AS of_lot ON of_lot.servicetype_id = part.id"
     " LEFT JOIN tenders_opportunitylot AS lot ON lot.id = of_lot.opportunitylot_id"),
    ("core_clientgroup", EVERY, "'unnest(ARRAY[0, link.opportunity_id, lot.opportunity_id])'",
     "LEFT JOIN tenders_opportunity_client_groups AS link ON link.clientgroup_id = part.id"
     " LEFT JOIN tenders_opportunitylot_client_groups AS of_lot ON of_lot.clientgroup_id = part.id"
     " LEFT JOIN tenders_opportunitylot AS lot ON lot.id = of_lot.opportunitylot_id"),
    # What is bought for a region is bought for a council that is new in it.
    ("core_place", EVERY, "'unnest(ARRAY[0, area.opportunity_id])'",
     "LEFT JOIN core_place AS around ON around.path = part.path OR part.kind = ''council''"
     " AND starts_with(part.path, around.path || ''/'')"
     " LEFT JOIN tenders_searcharea AS area ON area.place_id IN (part.id, around.id)"),
]  # fmt: skip
TRIGGERS = [
    (f"tenders_search_{operation.lower()}", table, operation, f"{column}, '{join}'" if join else column)
    for table, operations, column, join in PARTS
    for operation in operations
]
CREATE_TRIGGERS = "\n".join(
    f"CREATE TRIGGER {name} AFTER {operation} ON {table} {TRANSITIONS[operation]}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION tenders_search_note({arguments});"
    for name, table, operation, arguments in TRIGGERS
)
DROP_TRIGGERS = "\n".join(f"DROP TRIGGER {name} ON {table};" for name, table, _, _ in TRIGGERS)
FILL = """
SELECT tenders_search_values();
SELECT tenders_search_refresh(array_agg(id)) FROM tenders_opportunity GROUP BY id / 500;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_search"), ("tenders", "0015_search"), ("commissioning", "0004_statutory_clock")]

    operations = [
        migrations.RunSQL(NOTES, NO_NOTES),
        migrations.RunSQL(VALUES + AREAS + REFRESH, DROP_FUNCTIONS),
        migrations.RunSQL(AT_COMMIT, NOT_AT_COMMIT),
        migrations.RunSQL(CREATE_TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
