"""Search rows follow the directory: a change notes its services, and the transaction's last act makes their rows anew."""

from django.db import migrations

# Rows of running transactions only: what is noted goes with the commit that acts on it, so neither needs a log.
NOTES = """
CREATE UNLOGGED TABLE providers_searchnote (
    transaction bigint NOT NULL, service_id bigint NOT NULL, PRIMARY KEY (transaction, service_id));
CREATE UNLOGGED TABLE providers_searchturn (transaction bigint PRIMARY KEY);
COMMENT ON TABLE providers_searchnote IS 'Services that running transactions change; 0 for the values of filters.';
"""
NO_NOTES = "DROP TABLE providers_searchnote; DROP TABLE providers_searchturn;"

# The few services with several buildings are merged before they are counted; this finds them among the others.
SEVERAL = """
CREATE INDEX providers_searchrow_several ON providers_searchrow (service_id) WHERE flags & 67108864 <> 0;
"""

# Where each service is given: the point it is found at and the council. A withheld address has its outcode's.
PLACES = """
CREATE FUNCTION providers_search_places(ids bigint[]) RETURNS TABLE (
    service_id bigint, location_id bigint, is_withheld boolean, outcode text, council_id bigint,
    latitude double precision, longitude double precision, accuracy text, access smallint[]
) LANGUAGE sql STABLE AS $$
    SELECT link.service_id, location.id, location.is_address_withheld, coalesce(code.outcode, ''),
        CASE WHEN location.is_address_withheld THEN outcode.council_id
            ELSE coalesce(postcode.council_id, council.id) END,
        CASE WHEN location.is_address_withheld THEN outcode.latitude
            ELSE coalesce(location.latitude, postcode.latitude, outcode.latitude) END,
        CASE WHEN location.is_address_withheld THEN outcode.longitude
            ELSE coalesce(location.longitude, postcode.longitude, outcode.longitude) END,
        CASE WHEN location.is_address_withheld THEN 'outcode' WHEN location.latitude IS NOT NULL THEN 'exact'
            WHEN postcode.latitude IS NOT NULL THEN 'postcode' ELSE 'outcode' END,
        -- Bits of what it has, then of what nobody told.
        (SELECT array_agg((CASE WHEN has THEN number - 1 ELSE number + 5 END)::smallint)
         FROM unnest(ARRAY[location.has_step_free_entrance, location.has_accessible_toilet, location.has_hearing_loop,
                           location.has_accessible_parking, location.has_lift]) WITH ORDINALITY AS feature (has, number)
         WHERE has IS NOT FALSE)
    FROM providers_service_locations AS link
    JOIN providers_location AS location ON location.id = link.location_id
    CROSS JOIN LATERAL (
        SELECT upper(regexp_replace(location.postcode, '[^A-Za-z0-9]', '', 'g')) AS whole) AS typed
    CROSS JOIN LATERAL (
        SELECT CASE WHEN length(typed.whole) BETWEEN 5 AND 7 THEN left(typed.whole, -3)
            WHEN length(typed.whole) BETWEEN 2 AND 4 THEN typed.whole END AS outcode) AS code
    LEFT JOIN core_postcode AS postcode ON postcode.postcode = typed.whole AND NOT location.is_address_withheld
    LEFT JOIN core_outcode AS outcode ON outcode.outcode = code.outcode
    LEFT JOIN core_place AS place ON place.id = location.place_id
    LEFT JOIN LATERAL (
        SELECT one.id FROM core_place AS one
        WHERE one.kind = 'council' AND one.slug = ANY (string_to_array(place.path, '/'))
        ORDER BY length(one.path) DESC LIMIT 1) AS council ON true
    WHERE link.service_id = ANY (ids)
$$;
"""

# The values that filters offer. Languages come with the services that speak them.
VALUES = """
CREATE FUNCTION providers_search_values() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM core_search_offer('services', 'types', coalesce(jsonb_agg(jsonb_build_object(
            'value', node.slug, 'label', node.name, 'parent', coalesce(parent.slug, ''), 'order', node."order")), '[]'),
        126, true)
        FROM core_servicetype AS node LEFT JOIN core_servicetype AS parent ON parent.id = node.parent_id;
    PERFORM core_search_offer('services', 'groups', coalesce(jsonb_agg(jsonb_build_object(
            'value', node.slug, 'label', node.name, 'parent', coalesce(parent.slug, ''), 'order', node."order")), '[]'),
        63, true)
        FROM core_clientgroup AS node LEFT JOIN core_clientgroup AS parent ON parent.id = node.parent_id;
    PERFORM core_search_offer('services', 'councils', coalesce(jsonb_agg(jsonb_build_object(
            'value', slug, 'label', name, 'parent', '', 'order', 0)), '[]'), 252, true)
        FROM core_place WHERE kind = 'council';
END
$$;
"""

# Makes the rows of the given services as they now are; those that nobody may ever see lose theirs.
REFRESH = """
CREATE FUNCTION providers_search_refresh(ids bigint[], is_whole boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET lock_timeout TO '60s' AS $$
DECLARE
    spoken jsonb;
    fresh bigint;
    dropped text[];
    gone bigint[];
BEGIN
    -- Two transactions that change the same service wait for each other here, and the second then sees the first.
    PERFORM pg_advisory_xact_lock(hashtext('providers_search'), bucket)
        FROM (SELECT DISTINCT (one.id % 1000)::integer AS bucket FROM unnest(ids) AS one (id) ORDER BY 1) AS buckets;

    SELECT jsonb_agg(jsonb_build_object('value', value, 'label', label, 'parent', '', 'order', 0)) INTO spoken
    FROM (
        SELECT lower(trim(language)) AS value, min(trim(language)) AS label
        FROM providers_service AS service, unnest(service.languages) AS language
        WHERE service.id = ANY (ids) AND service.published_at IS NOT NULL AND trim(language) <> ''
        GROUP BY 1
    ) AS heard
    WHERE NOT EXISTS (
        SELECT 1 FROM core_searchvalue AS known
        WHERE known.index = 'services' AND known.facet = 'languages' AND known.value = heard.value);
    IF spoken IS NOT NULL THEN
        PERFORM core_search_offer('services', 'languages', spoken, 126, false);
    END IF;

    gone := ARRAY(
        SELECT one.id FROM unnest(ids) AS one (id) WHERE NOT EXISTS (
            SELECT 1 FROM providers_service AS service
            LEFT JOIN providers_provider AS provider ON provider.id = service.provider_id
            WHERE service.id = one.id AND service.published_at IS NOT NULL
                AND (service.provider_id IS NULL OR provider.published_at IS NOT NULL)));

    -- Rows to filter and count.
    WITH place AS MATERIALIZED (SELECT * FROM providers_search_places(ids)),
    made AS MATERIALIZED (
        SELECT service.id AS service_id, coalesce(place.location_id, 0) AS location_id,
            cos(radians(place.latitude)) * cos(radians(place.longitude)) AS x,
            cos(radians(place.latitude)) * sin(radians(place.longitude)) AS y,
            sin(radians(place.latitude)) AS z,
            kind.bits AS types, client.bits AS groups, language.bits AS languages, area.bits || stands.bits AS councils,
            core_search_mask((ARRAY[
                CASE WHEN rating.value = 'outstanding' THEN 0 WHEN rating.value = 'good' THEN 1
                    WHEN rating.value = 'requires_improvement' THEN 2 WHEN rating.value = 'inadequate' THEN 3 ELSE 4 END,
                CASE WHEN service.takes_self_funders THEN 5 WHEN service.takes_self_funders IS NULL THEN 8 END,
                CASE WHEN service.takes_council_funded THEN 6 WHEN service.takes_council_funded IS NULL THEN 9 END,
                CASE WHEN service.takes_nhs_funded THEN 7 WHEN service.takes_nhs_funded IS NULL THEN 10 END,
                CASE WHEN several.locations > 1 THEN 16 END,
                CASE WHEN goes.goes_there THEN 22 END,
                CASE WHEN goes.comes_home THEN 23 END,
                CASE WHEN language.bits IS NULL THEN 24 END
            ] || coalesce((SELECT array_agg(11 + bit) FROM unnest(place.access) AS bit),
                          ARRAY[17, 18, 19, 20, 21]))::smallint[], 0) AS flags,
            greatest(service.published_at, provider.published_at) AS public_from,
            vacancy.space_from, vacancy.space_until, vacancy.told_until, service.confirmed_at, fee.fee,
            left(core_search_fold(service.name), 80) AS sort_name
        FROM providers_service AS service
        LEFT JOIN providers_provider AS provider ON provider.id = service.provider_id
        LEFT JOIN place ON place.service_id = service.id
        LEFT JOIN providers_rating AS rating ON rating.service_id = service.id AND rating.question = 'overall'
        CROSS JOIN LATERAL (
            SELECT count(*) AS locations FROM providers_service_locations AS link WHERE link.service_id = service.id
        ) AS several
        CROSS JOIN LATERAL (
            SELECT several.locations > 0 AS has_building, cardinality(service.served_outcodes) > 0
                OR EXISTS (SELECT 1 FROM providers_service_areas_served AS link WHERE link.service_id = service.id)
                AS has_area
        ) AS known
        CROSS JOIN LATERAL (
            SELECT service.setting IN ('place', 'both') OR service.setting = 'unknown' AND known.has_building
                    AS goes_there,
                service.setting IN ('home', 'both', 'remote')
                    OR service.setting = 'unknown' AND NOT known.has_building AND known.has_area AS comes_home
        ) AS goes
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT value.bit) AS bits FROM providers_service_types AS link
            JOIN core_servicetype AS node ON node.id = link.servicetype_id
            JOIN core_searchvalue AS value ON value.index = 'services' AND value.facet = 'types'
                AND value.value = ANY (string_to_array(node.path, '/'))
            WHERE link.service_id = service.id
        ) AS kind
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT value.bit) AS bits FROM providers_service_client_groups AS link
            JOIN core_clientgroup AS node ON node.id = link.clientgroup_id
            JOIN core_searchvalue AS value ON value.index = 'services' AND value.facet = 'groups'
                AND value.value = ANY (string_to_array(node.path, '/'))
            WHERE link.service_id = service.id
        ) AS client
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT value.bit) AS bits FROM unnest(service.languages) AS language
            JOIN core_searchvalue AS value ON value.index = 'services' AND value.facet = 'languages'
                AND value.value = lower(trim(language))
        ) AS language
        CROSS JOIN LATERAL (
            SELECT array_agg(value.bit) AS bits FROM (
                SELECT unnest(string_to_array(served.path, '/')) AS slug
                FROM providers_service_areas_served AS link JOIN core_place AS served ON served.id = link.place_id
                WHERE link.service_id = service.id
                UNION SELECT below.slug
                FROM providers_service_areas_served AS link JOIN core_place AS served ON served.id = link.place_id
                JOIN core_place AS below ON below.path LIKE served.path || '/%'
                WHERE link.service_id = service.id AND served.kind IN ('country', 'region')
                UNION SELECT council.slug
                FROM unnest(service.served_outcodes) AS outcode
                JOIN core_outcodecouncil AS share ON share.outcode_id = upper(outcode)
                JOIN core_place AS council ON council.id = share.council_id
            ) AS near
            JOIN core_searchvalue AS value ON value.index = 'services' AND value.facet = 'councils'
                AND value.value = near.slug
        ) AS area
        CROSS JOIN LATERAL (
            SELECT array_agg(value.bit) AS bits FROM core_place AS council
            JOIN core_searchvalue AS value ON value.index = 'services' AND value.facet = 'councils'
                AND value.value = council.slug
            WHERE council.id = place.council_id
        ) AS stands
        CROSS JOIN LATERAL (
            SELECT min(told_at) FILTER (WHERE available > 0) AS space_from,
                max(expires_at) FILTER (WHERE available > 0) AS space_until, max(expires_at) AS told_until
            FROM providers_vacancy AS vacancy WHERE vacancy.service_id = service.id
        ) AS vacancy
        CROSS JOIN LATERAL (
            SELECT min((array_position(ARRAY['hour', 'session', 'day', 'night', 'week'], fee.per::text) * 1000000000000
                + fee.amount_from * 100)::bigint) AS fee
            FROM providers_fee AS fee WHERE fee.service_id = service.id
        ) AS fee
        WHERE service.id = ANY (ids) AND NOT service.id = ANY (gone)
    ),
    cleared AS (
        DELETE FROM providers_searchrow AS row WHERE row.service_id = ANY (ids) AND NOT EXISTS (
            SELECT 1 FROM made WHERE made.service_id = row.service_id AND made.location_id = row.location_id)
    )
    INSERT INTO providers_searchrow AS known (
        service_id, location_id, x, y, z, types_0, types_1, groups_0, languages_0, languages_1,
        councils_0, councils_1, councils_2, councils_3, flags,
        public_from, space_from, space_until, told_until, confirmed_at, fee, sort_name)
    SELECT service_id, location_id, x, y, z,
        core_search_mask(types, 0), core_search_mask(types, 1), core_search_mask(groups, 0),
        core_search_mask(languages, 0), core_search_mask(languages, 1),
        core_search_mask(councils, 0), core_search_mask(councils, 1),
        core_search_mask(councils, 2), core_search_mask(councils, 3), flags,
        public_from, space_from, space_until, told_until, confirmed_at, fee, sort_name
    FROM made
    ON CONFLICT (service_id, location_id) DO UPDATE SET
        x = excluded.x, y = excluded.y, z = excluded.z, types_0 = excluded.types_0, types_1 = excluded.types_1,
        groups_0 = excluded.groups_0, languages_0 = excluded.languages_0, languages_1 = excluded.languages_1,
        councils_0 = excluded.councils_0, councils_1 = excluded.councils_1, councils_2 = excluded.councils_2,
        councils_3 = excluded.councils_3, flags = excluded.flags, public_from = excluded.public_from,
        space_from = excluded.space_from, space_until = excluded.space_until, told_until = excluded.told_until,
        confirmed_at = excluded.confirmed_at, fee = excluded.fee, sort_name = excluded.sort_name
    WHERE (known.x, known.y, known.z, known.types_0, known.types_1, known.groups_0, known.languages_0,
           known.languages_1, known.councils_0, known.councils_1, known.councils_2, known.councils_3, known.flags,
           known.public_from, known.space_from, known.space_until, known.told_until, known.confirmed_at, known.fee,
           known.sort_name)
        IS DISTINCT FROM
          (excluded.x, excluded.y, excluded.z, excluded.types_0, excluded.types_1, excluded.groups_0,
           excluded.languages_0, excluded.languages_1, excluded.councils_0, excluded.councils_1, excluded.councils_2,
           excluded.councils_3, excluded.flags, excluded.public_from, excluded.space_from, excluded.space_until,
           excluded.told_until, excluded.confirmed_at, excluded.fee, excluded.sort_name);

    -- Where services come to. One that has not told stands under its office's council.
    WITH place AS MATERIALIZED (SELECT * FROM providers_search_places(ids)),
    made AS MATERIALIZED (
        SELECT service.id AS service_id, area.area, bool_or(area.is_told) AS is_told
        FROM providers_service AS service
        CROSS JOIN LATERAL (
            SELECT served.path AS area, true AS is_told
            FROM providers_service_areas_served AS link JOIN core_place AS served ON served.id = link.place_id
            WHERE link.service_id = service.id
            UNION ALL SELECT '@' || upper(outcode), true FROM unnest(service.served_outcodes) AS outcode
            UNION ALL SELECT council.path, false
            FROM place JOIN core_place AS council ON council.id = place.council_id
            WHERE place.service_id = service.id AND service.setting IN ('home', 'remote')
                AND cardinality(service.served_outcodes) = 0
                AND NOT EXISTS (SELECT 1 FROM providers_service_areas_served AS link WHERE link.service_id = service.id)
        ) AS area
        WHERE service.id = ANY (ids) AND NOT service.id = ANY (gone)
            AND (service.setting IN ('home', 'both', 'remote') OR service.setting = 'unknown'
                AND NOT EXISTS (SELECT 1 FROM providers_service_locations AS link WHERE link.service_id = service.id))
        GROUP BY service.id, area.area
    ),
    cleared AS (
        DELETE FROM providers_searcharea AS row WHERE row.service_id = ANY (ids) AND NOT EXISTS (
            SELECT 1 FROM made WHERE made.service_id = row.service_id AND made.area = row.area)
    )
    INSERT INTO providers_searcharea AS known (service_id, area, is_told) SELECT service_id, area, is_told FROM made
    ON CONFLICT (area, service_id) DO UPDATE SET is_told = excluded.is_told WHERE known.is_told <> excluded.is_told;

    -- Cards, and words where they have changed.
    WITH place AS MATERIALIZED (SELECT * FROM providers_search_places(ids)),
    made AS MATERIALIZED (
        SELECT service.id AS service_id, greatest(service.published_at, provider.published_at) AS public_from,
            core_search_fold(concat_ws(' ', service.name, provider.name, provider.trading_name, provider.brand))
                AS names,
            left(core_search_fold(concat_ws(' ', service.name, provider.name, provider.trading_name, provider.brand,
                service.provider_as_stated, service.summary, service.description, kind.names, client.names, area.names,
                array_to_string(service.served_outcodes, ' '), array_to_string(service.languages, ' '),
                service.faith_and_culture, service.food, building.words)), 100000) AS document,
            jsonb_build_object(
                'uuid', service.uuid, 'slug', service.slug, 'name', service.name, 'summary', service.summary,
                'is_sample', service.is_sample, 'setting', service.setting,
                'provider', CASE WHEN provider.id IS NOT NULL
                    THEN jsonb_build_object('uuid', provider.uuid, 'slug', provider.slug, 'name', provider.name) END,
                'provider_as_stated', service.provider_as_stated,
                'types', coalesce(kind.list, '[]'), 'type_slugs', coalesce(kind.slugs, '[]'),
                'groups', coalesce(client.list, '[]'), 'group_slugs', coalesce(client.slugs, '[]'),
                'areas', coalesce(area.list, '[]'), 'outcodes', to_jsonb(service.served_outcodes),
                'languages', to_jsonb(service.languages),
                'minimum_age', service.minimum_age, 'maximum_age', service.maximum_age,
                'capacity', service.capacity, 'capacity_unit', service.capacity_unit,
                'funding', jsonb_build_object('self', service.takes_self_funders,
                    'council', service.takes_council_funded, 'nhs', service.takes_nhs_funded,
                    'top_up', service.top_up_may_be_needed),
                'phone', service.phone, 'email', service.email, 'website', service.website,
                'is_closed', service.is_closed_temporarily, 'alert', service.alert,
                'waiting_time', service.waiting_time,
                'confirmed_at', service.confirmed_at, 'checked_at', service.checked_at,
                'rating', rating.rating, 'space', vacancy.space, 'vacancies', coalesce(vacancy.list, '[]'),
                'fee', fee.fee, 'photo', photo.photo, 'locations', coalesce(building.list, '{}')
            )::text AS card
        FROM providers_service AS service
        LEFT JOIN providers_provider AS provider ON provider.id = service.provider_id
        CROSS JOIN LATERAL (
            SELECT string_agg(node.name, ' ') AS names, jsonb_agg(node.name ORDER BY node."order", node.name) AS list,
                jsonb_agg(node.slug ORDER BY node."order", node.name) AS slugs
            FROM providers_service_types AS link JOIN core_servicetype AS node ON node.id = link.servicetype_id
            WHERE link.service_id = service.id
        ) AS kind
        CROSS JOIN LATERAL (
            SELECT string_agg(node.name, ' ') AS names, jsonb_agg(node.name ORDER BY node."order", node.name) AS list,
                jsonb_agg(node.slug ORDER BY node."order", node.name) AS slugs
            FROM providers_service_client_groups AS link JOIN core_clientgroup AS node ON node.id = link.clientgroup_id
            WHERE link.service_id = service.id
        ) AS client
        CROSS JOIN LATERAL (
            SELECT string_agg(served.name, ' ') AS names, jsonb_agg(served.name ORDER BY served.name, served.id) AS list
            FROM providers_service_areas_served AS link JOIN core_place AS served ON served.id = link.place_id
            WHERE link.service_id = service.id
        ) AS area
        LEFT JOIN LATERAL (
            SELECT jsonb_build_object('state', rating.state, 'value', rating.value, 'date', rating.rated_date,
                'stated', rating.stated, 'earlier_value', rating.earlier_value, 'earlier_date', rating.earlier_date
            ) AS rating
            FROM providers_rating AS rating WHERE rating.service_id = service.id AND rating.question = 'overall'
        ) AS rating ON true
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(one.told ORDER BY one.available > 0 DESC, one.expires_at DESC, one.available DESC, one.id)
                    AS list,
                (array_agg(one.told ORDER BY one.available > 0 DESC, one.expires_at DESC, one.available DESC, one.id))[1]
                    AS space
            FROM (
                SELECT id, available, expires_at, jsonb_build_object('unit', unit, 'available', available,
                    'maximum', maximum, 'told_at', told_at, 'expires_at', expires_at) AS told
                FROM providers_vacancy WHERE service_id = service.id
            ) AS one
        ) AS vacancy
        LEFT JOIN LATERAL (
            SELECT jsonb_build_object('name', one.name, 'from', one.amount_from::text, 'to', one.amount_to::text,
                'per', one.per, 'told_date', one.told_date) AS fee
            FROM providers_fee AS one WHERE one.service_id = service.id
            ORDER BY array_position(ARRAY['hour', 'session', 'day', 'night', 'week'], one.per::text), one.amount_from,
                one.id LIMIT 1
        ) AS fee ON true
        LEFT JOIN LATERAL (
            SELECT jsonb_build_object('file', one.file, 'alt_text', one.alt_text, 'width', one.width,
                'height', one.height, 'shown_from', one.shown_from) AS photo
            FROM providers_photo AS one
            WHERE one.service_id = service.id AND one.shown_from IS NOT NULL AND one.removed_at IS NULL
            ORDER BY one."order", one.id LIMIT 1
        ) AS photo ON true
        LEFT JOIN (
            SELECT place.service_id, jsonb_object_agg(place.location_id::text, jsonb_build_object(
                    'is_withheld', place.is_withheld, 'outcode', place.outcode, 'accuracy', place.accuracy,
                    'latitude', place.latitude, 'longitude', place.longitude,
                    'council', coalesce(council.name, ''), 'council_slug', coalesce(council.slug, ''))
                || CASE WHEN place.is_withheld
                    THEN jsonb_build_object('name', '', 'address', '', 'town', '', 'postcode', '')
                    ELSE jsonb_build_object('name', location.name, 'address', location.address, 'town', location.town,
                        'postcode', location.postcode) END) AS list,
                string_agg(CASE WHEN NOT place.is_withheld THEN concat_ws(' ', location.name, location.address,
                    location.town, location.postcode, place.outcode) END, ' ') AS words
            FROM place JOIN providers_location AS location ON location.id = place.location_id
            LEFT JOIN core_place AS council ON council.id = place.council_id
            GROUP BY place.service_id
        ) AS building ON building.service_id = service.id
        WHERE service.id = ANY (ids) AND NOT service.id = ANY (gone)
    ),
    changed AS MATERIALIZED (
        SELECT made.service_id, made.names, made.document, made.public_from, known.document AS former
        FROM made LEFT JOIN providers_searchcard AS known ON known.service_id = made.service_id
        WHERE is_whole OR (known.names, known.document) IS DISTINCT FROM (made.names, made.document)
    ),
    vectors AS (
        INSERT INTO providers_searchtext AS known (service_id, name_vector, vector)
        SELECT service_id, strip(to_tsvector('english', names)), strip(to_tsvector('english', document)) FROM changed
        ON CONFLICT (service_id) DO UPDATE SET name_vector = excluded.name_vector, vector = excluded.vector
    ),
    cards AS (
        INSERT INTO providers_searchcard AS known (service_id, card, names, document)
        SELECT service_id, card, names, document FROM made
        ON CONFLICT (service_id) DO UPDATE
        SET card = excluded.card, names = excluded.names, document = excluded.document
        WHERE (known.card, known.names, known.document)
            IS DISTINCT FROM (excluded.card, excluded.names, excluded.document)
    ),
    removed AS (DELETE FROM providers_searchcard WHERE service_id = ANY (gone) RETURNING document),
    removed_vectors AS (DELETE FROM providers_searchtext WHERE service_id = ANY (gone)),
    words AS (
        INSERT INTO core_searchword AS known (index, word, rows, public_from)
        SELECT 'services', written.word, count(*), min(changed.public_from)
        FROM changed CROSS JOIN LATERAL unnest(core_search_words(changed.document)) AS written (word)
        WHERE is_whole OR NOT EXISTS (
            SELECT 1 FROM core_searchword AS here
            WHERE here.index = 'services' AND here.word = written.word AND here.public_from <= changed.public_from)
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
        WHERE known.index = 'services' AND known.word = ANY (dropped) AND known.rows < 100 AND NOT EXISTS (
            SELECT 1 FROM providers_searchtext AS text WHERE text.vector @@ plainto_tsquery('english', known.word));
        fresh := fresh + CASE WHEN FOUND THEN 1 ELSE 0 END;
    END IF;
    IF fresh > 0 THEN
        PERFORM core_search_renew('services', 'words');
    END IF;
END
$$;
"""

AT_COMMIT = """
CREATE FUNCTION providers_search_commit() RETURNS trigger LANGUAGE plpgsql SET lock_timeout TO '60s' AS $$
DECLARE
    ids bigint[];
BEGIN
    DELETE FROM providers_searchturn WHERE transaction = pg_current_xact_id()::text::bigint;
    WITH noted AS (
        DELETE FROM providers_searchnote WHERE transaction = pg_current_xact_id()::text::bigint RETURNING service_id
    )
    SELECT array_agg(service_id ORDER BY service_id) INTO ids FROM noted;
    IF 0 = ANY (ids) THEN
        PERFORM providers_search_values();
        ids := array_remove(ids, 0);
    END IF;
    -- All locks first and in one order; then in portions, so that what is made on the way stays in memory.
    PERFORM pg_advisory_xact_lock(hashtext('providers_search'), bucket)
        FROM (SELECT DISTINCT (one.id % 1000)::integer AS bucket FROM unnest(ids) AS one (id) ORDER BY 1) AS buckets;
    FOR start IN 1 .. coalesce(cardinality(ids), 0) BY 500 LOOP
        PERFORM providers_search_refresh(ids[start : start + 499]);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER providers_search_at_commit AFTER INSERT ON providers_searchturn
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION providers_search_commit();

CREATE FUNCTION providers_search_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part text := 'SELECT ' || TG_ARGV[0] || ' AS service_id FROM %I AS part ' || coalesce(TG_ARGV[1], '');
    touched text := format(part, 'changed');
    this bigint := pg_current_xact_id()::text::bigint;
    noted bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        touched := touched || ' UNION ALL ' || format(part, 'former');
    END IF;
    EXECUTE 'INSERT INTO providers_searchnote SELECT DISTINCT $1, service_id FROM (' || touched || ') AS every'
        ' WHERE service_id IS NOT NULL ON CONFLICT DO NOTHING' USING this;
    GET DIAGNOSTICS noted = ROW_COUNT;
    IF noted > 0 THEN
        INSERT INTO providers_searchturn VALUES (this) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
"""
NOT_AT_COMMIT = """
DROP FUNCTION providers_search_note();
DROP TRIGGER providers_search_at_commit ON providers_searchturn;
DROP FUNCTION providers_search_commit();
"""
DROP_FUNCTIONS = """
DROP FUNCTION providers_search_refresh(bigint[], boolean);
DROP FUNCTION providers_search_values();
DROP FUNCTION providers_search_places(bigint[]);
"""

TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING NEW TABLE AS changed OLD TABLE AS former",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}
EVERY = ("INSERT", "UPDATE", "DELETE")
AT_LOCATIONS = "JOIN providers_service_locations AS link ON link.location_id = {}.id"
CODE = "upper(regexp_replace(location.postcode, ''[^A-Za-z0-9]'', '''', ''g''))"
SERVING = "LEFT JOIN providers_service_areas_served AS link ON link.place_id = {}.id"
# Which services a changed row of each table touches; 0 stands for the values of filters.
PARTS = [
    ("providers_service", EVERY, "'part.id'", ""),
    ("providers_location", ("UPDATE",), "'link.service_id'", AT_LOCATIONS.format("part")),
    ("providers_provider", ("UPDATE",), "'service.id'",
     "JOIN providers_service AS service ON service.provider_id = part.id"),
    *(
        (table, EVERY, "'part.service_id'", "")
        for table in (
            "providers_fee", "providers_photo", "providers_rating", "providers_vacancy",
            "providers_service_types", "providers_service_client_groups",
            "providers_service_locations", "providers_service_areas_served",
        )
    ),
    ("core_servicetype", EVERY, "'unnest(ARRAY[0, link.service_id])'",
     "LEFT JOIN providers_service_types AS link ON link.servicetype_id = part.id"),
    ("core_clientgroup", EVERY, "'unnest(ARRAY[0, link.service_id])'",
     "LEFT JOIN providers_service_client_groups AS link ON link.clientgroup_id = part.id"),
    # Whoever serves a region serves a council that is new in it.
    ("core_place", EVERY, "'unnest(ARRAY[0, link.service_id, stands.service_id])'",
     "LEFT JOIN core_place AS around ON around.path = part.path OR part.kind = ''council''"
     " AND starts_with(part.path, around.path || ''/'')"
     " LEFT JOIN providers_service_areas_served AS link ON link.place_id IN (part.id, around.id)"
     " LEFT JOIN providers_location AS location ON location.place_id = part.id"
     " LEFT JOIN providers_service_locations AS stands ON stands.location_id = location.id"),
    ("core_postcode", EVERY, "'link.service_id'",
     f"JOIN providers_location AS location ON {CODE} = part.postcode " + AT_LOCATIONS.format("location")),
    ("core_outcode", EVERY, "'link.service_id'",
     f"JOIN providers_location AS location ON {CODE} = part.outcode OR left({CODE}, -3) = part.outcode "
     + AT_LOCATIONS.format("location")),
    ("core_outcodecouncil", EVERY, "'service.id'",
     "JOIN providers_service AS service ON part.outcode_id = ANY (service.served_outcodes)"),
]  # fmt: skip
TRIGGERS = [
    (f"providers_search_{operation.lower()}", table, operation, f"{column}, '{join}'" if join else column)
    for table, operations, column, join in PARTS
    for operation in operations
]
CREATE_TRIGGERS = "\n".join(
    f"CREATE TRIGGER {name} AFTER {operation} ON {table} {TRANSITIONS[operation]}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION providers_search_note({arguments});"
    for name, table, operation, arguments in TRIGGERS
)
DROP_TRIGGERS = "\n".join(f"DROP TRIGGER {name} ON {table};" for name, table, _, _ in TRIGGERS)
FILL = """
SELECT providers_search_values();
SELECT providers_search_refresh(array_agg(id)) FROM providers_service GROUP BY id / 500;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_search"), ("providers", "0008_search")]

    operations = [
        migrations.RunSQL(NOTES, NO_NOTES),
        migrations.RunSQL(SEVERAL, "DROP INDEX providers_searchrow_several;"),
        migrations.RunSQL(PLACES + VALUES + REFRESH, DROP_FUNCTIONS),
        migrations.RunSQL(AT_COMMIT, NOT_AT_COMMIT),
        migrations.RunSQL(CREATE_TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
