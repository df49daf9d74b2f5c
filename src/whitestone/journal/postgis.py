"""How does QGIS open a programme on a server directly?

PostGIS keeps a geometry generated from the stored WKB, with an index, and one view per kind: today's approved states
as known now, one column per attribute. The views are for reading; nothing of the product depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator

from whitestone.domain.kinds import KINDS

__all__ = ["ground_statements", "view_name"]


def ground_statements() -> Iterator[str]:
    """Give the statements that add the generated geometry, its index and the views to the common tables.

    >>> next(ground_statements())
    'CREATE EXTENSION IF NOT EXISTS postgis'
    """
    yield "CREATE EXTENSION IF NOT EXISTS postgis"
    yield ("ALTER TABLE revision ADD COLUMN IF NOT EXISTS geom geometry "
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
    hidden = {name for name, attribute in KINDS[kind].attributes.items() if attribute.personal}
    shown = [name for name in KINDS[kind].attributes if name not in hidden]
    columns = ", ".join(f"b.body->>'{name}' AS \"{name}\"" for name in shown)
    # A day ends at midnight of the server's session; the pages use the programme's own time zone.
    return f"""CREATE OR REPLACE VIEW {view_name(kind)} AS
SELECT s.state_id, encode(s.record_id, 'hex')::uuid AS record_id,
       date '1970-01-01' + s.true_from AS true_from, to_timestamp(s.known_from / 1e6) AS known_from,
       s.conflicts, {columns}, g.geom::geometry(Geometry, 4326) AS geom
FROM state s
JOIN kind k ON k.id = s.kind AND k.name = '{kind}'
JOIN revision r ON r.seq = s.body_seq
LEFT JOIN revision g ON g.seq = s.geometry_seq
CROSS JOIN LATERAL (SELECT convert_from(coalesce(s.body, r.body, '{{}}'), 'UTF8')::jsonb AS body) b
WHERE s.known_to IS NULL AND s.basis < 2
  AND (s.true_from IS NULL OR s.true_from <= current_date - date '1970-01-01')
  AND (s.true_to IS NULL OR s.true_to > current_date - date '1970-01-01')"""  # noqa: S608
