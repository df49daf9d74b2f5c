"""How does QGIS open a programme on a server directly?

PostGIS keeps a geometry generated from the stored WKB, with an index, and one view per kind: today's approved states
as known now, one column per attribute, `state_id` the whole number by which QGIS tells rows apart. Who may read only
the views sees nothing that is sealed. The views are for reading; nothing of the product depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator

from whitestone.domain.kinds import KINDS

__all__ = ["ground_statements", "view_name"]

_GEOMETRY = "geometry(Geometry, 4326)"
_STATISTICAL = ("place_id", "place_name", "outcome", "sex", "age_group", "age_band", "person_status",
                "activity_at_time", "device_category", "event_type", "amputation", "persons")
"""What the view of casualties shows beside the year: enough to count, no position and nothing that leads to a person.

An exact day, an age in years or the accident's id would single one out (house law 9).
"""


def ground_statements() -> Iterator[str]:
    """Give the statements that add the generated geometry, its index and the views to the common tables.

    >>> next(ground_statements())
    'CREATE EXTENSION IF NOT EXISTS postgis'
    """
    yield "CREATE EXTENSION IF NOT EXISTS postgis"
    # Typed here and not in the views: a cast there would keep the planner from the index.
    yield (f"ALTER TABLE revision ADD COLUMN IF NOT EXISTS geom {_GEOMETRY} "
           "GENERATED ALWAYS AS (ST_SetSRID(ST_Force2D(ST_GeomFromWKB(geometry)), 4326)) STORED")
    yield "CREATE INDEX IF NOT EXISTS revision_by_place ON revision USING gist (geom)"
    for name in KINDS:
        yield _view(name)


def view_name(kind: str) -> str:
    """Name the view of a kind.

    >>> view_name("hazard")
    'qgis_hazard'
    """
    return f"qgis_{kind}"


def _view(kind: str) -> str:
    drawn = bool(KINDS[kind].geometry) and kind != "casualty"
    columns = ",\n       ".join(["s.state_id", *_columns(kind), *(["g.geom"] if drawn else [])])
    join = "LEFT JOIN revision g ON g.seq = s.geometry_seq\n" if drawn else ""
    # OFFSET 0 keeps the planner from reading the body anew for every column.
    # A day ends at midnight of the server's session; the pages use the programme's own time zone.
    return f"""CREATE OR REPLACE VIEW {view_name(kind)} AS
SELECT {columns}
FROM state s
JOIN kind k ON k.id = s.kind AND k.name = '{kind}'
JOIN revision r ON r.seq = s.body_seq
{join}CROSS JOIN LATERAL (SELECT convert_from(coalesce(s.body, r.body, '{{}}'), 'UTF8')::jsonb AS body
                    OFFSET 0) b
WHERE s.known_to IS NULL AND s.basis < 2
  AND (s.true_from IS NULL OR s.true_from <= current_date - date '1970-01-01')
  AND (s.true_to IS NULL OR s.true_to > current_date - date '1970-01-01')"""  # noqa: S608


def _columns(kind: str) -> Iterator[str]:
    """Give what a view shows: the record and its clocks, then each attribute that is not personal."""
    if kind == "casualty":
        yield "left(b.body->>'occurred_on', 4) AS year"
        yield from (_column(name, KINDS[kind].attributes[name].type) for name in _STATISTICAL)
        return
    yield "encode(s.record_id, 'hex')::uuid AS record_id"
    yield "date '1970-01-01' + s.true_from AS true_from"
    yield "to_timestamp(s.known_from / 1e6) AS known_from"
    yield "s.conflicts"
    yield from (_column(name, each.type) for name, each in KINDS[kind].attributes.items() if not each.personal)


def _column(name: str, kind_of_value: str) -> str:
    """Type numbers and flags, so that QGIS can style by them; what is of another type stands empty, not in the way."""
    read = f"b.body->>'{name}'"
    if kind_of_value in ("area", "number", "count"):
        return f"CASE WHEN jsonb_typeof(b.body->'{name}') = 'number' THEN ({read})::float8 END AS \"{name}\""
    if kind_of_value == "flag":
        return f"CASE WHEN jsonb_typeof(b.body->'{name}') = 'boolean' THEN ({read})::boolean END AS \"{name}\""
    return f'{read} AS "{name}"'
