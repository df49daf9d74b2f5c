"""How is the page of the goals of minefield records written: tables, plots, and what they do not say?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whitestone.minefields.simulator.pooling import ERROR_BINS, errors_by_finds
from whitestone.minefields.simulator.regimes import ERROR_SIZES, REGIMES

__all__ = ["write_page"]

_COLOURS = {"orderly": "#2f7d5b", "chaotic": "#b3541e", "few-records": "#3d5a80", "false-records": "#8a5a9e"}
_HEAD = """# Minefield records: are the goals met?

Written by `benchmarks/minefields_goals.py --write`; every number comes from a simulated world whose truth is
known (a band of the programme marks simulated data as such). The simulator and the scorer share no code with
the estimator and talk to it through files: `whitestone records simulate` makes `batch.json` and `truth.json`,
`whitestone records assess` sees only the batch.

The simulated world: strips of random length, width and bends along fronts; mines anywhere in the strip or
about random lines; sheets measured from a landmark by compass and pace, each leg with its own error, rounded
and written in degrees or thousandths from true, grid or magnetic north; unknown norths, units and reference
systems, lost zones, swapped coordinates, back azimuths; false sheets, duplicates under another number, lifted
fields, strays; ground searched about the drawn sheets and about fields that people told of, with a chance of
detection, and finds with the error of the receiver. No rule of laying is modelled. What a real batch does
otherwise, the simulator does not show: the error model is an assumption until a programme fits it to its own
sheets.

"""
_CARRY = "## How far these numbers carry\n"
"""Heading of the section that a person writes: it is kept when the page is written again."""
_WORDS = """
**How to read it.** *Coverage* pools the true mines of real sheets (lifted fields left out). *Error* is from
centroid to centroid. *Completeness* is the share of found mines that lie in a field which a true sheet
describes; *accuracy* the share of sheets, duplicates counted, that describe a field which exists or existed.
The *sampling error* is that of a share of which only the sheets with half of their 90 % set searched are
known. The *oracle* knows every parameter, the reference system of each sheet and which finds belong together,
but not which sheets are true. Ranges are those of 90 seeds of 100. A goal that was missed stands here like
one that was met. Number of fields in each world, on fronts as dense as 4 with 300 fields in 20 x 20 km: {fields}.

"""


def write_page(
    docs: Path,
    groups: dict[tuple[str, float], list[Any]],
    scores: list[dict[str, Any]],
    learned: list[dict[str, Any]],
    machine: dict[str, Any],
    failed: list[dict[str, Any]],
) -> None:
    """Write `minefield_goals.md` and its plots into the folder of documents."""
    command = next((row["command"] for row in scores), None)
    estimator = "drawing as written (the baseline)" if command is None else "`whitestone records assess`"
    said = ", ".join(f"{key} {value}" for key, value in machine.items())
    lines = [
        _HEAD + f"Estimator: {estimator}. Machine: {said}. Runs that failed or took too long: {len(failed)}.",
        _WORDS.format(fields=", ".join(str(each) for each in sorted({row["fields"] for row in scores})) or "none"),
    ]
    plain = {regime: goals for (regime, scale), goals in groups.items() if scale == 1.0}
    lines += [_kept_words(docs / "minefield_goals.md"), "## Goals", "", *_table(plain), ""]
    off = {f"{regime}, x {scale:g}": goals for (regime, scale), goals in groups.items() if scale != 1.0}
    if off:
        sizes = ", ".join(f"`{size}`" for size in ERROR_SIZES)
        lines += [
            "## When the assumed errors are wrong",
            "",
            f"True sizes of error ({sizes}) over the assumed ones: x 0.5, "
            "x 1.5, x 2. Coverage is judged at 8 points instead of 3.",
            "",
            *_off_table(off),
            "",
        ]
    mine = [row for row in scores if row["error_scale"] == 1.0]
    drawings = [
        (
            "coverage",
            "Coverage of the 50, 90 and 99 % sets, a point per seed, the nominal share as a line",
            _coverage(mine),
        ),
        ("completeness", "Completeness stated and true, with the 90 % interval, a line per seed", _completeness(mine)),
        ("errors", "Error of the centroid by number of finds in the field: median and middle half", _errors(mine)),
        ("cost", "CPU seconds of one assessment by number of sheets", _cost(mine)),
    ]
    if learned:
        drawings.append(
            (
                "learning",
                "Error of the centroid when k finds of each field are told, nothing searched",
                _learning(learned),
            )
        )
    lines += ["## Plots", ""]
    for name, says, spec in drawings:
        _draw(docs / "images" / f"minefields_{name}.svg", spec)
        lines += [f"![{says}](images/minefields_{name}.svg)", "", f"*{says}.*", ""]
    lines += [
        "## The simulated regimes",
        "",
        *_regimes(),
        "",
        "## Error by number of finds",
        "",
        *_error_table(mine),
        "",
    ]
    lines += [
        "## Again",
        "",
        "```",
        "python benchmarks/minefields_goals.py --seeds 50 --first 301 --fields 100 --off-seeds 3 --learning-seeds 1 "
        "--minutes 600 --keep FOLDER --write",
        "```",
        "",
    ]
    (docs / "minefield_goals.md").write_text("\n".join(lines), encoding="utf-8")


def _kept_words(page: Path) -> str:
    """Return what a person wrote about how far the numbers carry, as it stands in the page; nothing if it is new."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    begin, end = text.find(_CARRY), text.find("## Goals\n")
    return text[begin:end].rstrip() + "\n" if 0 <= begin < end else ""


def _table(groups: dict[str, list[Any]]) -> list[str]:
    """One row per goal, one column per regime and one for all worlds together."""
    keys = list(dict.fromkeys(goal.key for goals in groups.values() for goal in goals))
    lines = ["| goal | asked | " + " | ".join(groups) + " |", "|---|---|" + "---|" * len(groups)]
    for key in keys:
        found = {name: next((goal for goal in goals if goal.key == key), None) for name, goals in groups.items()}
        first = next(goal for goal in found.values() if goal is not None)
        lines.append(f"| {first.says} | {first.asked} | " + " | ".join(_cell(goal) for goal in found.values()) + " |")
    seeds = " | ".join(str(max((goal.seeds for goal in goals), default=0)) for goals in groups.values())
    return [*lines, f"| seeds | | {seeds} |"]


def _off_table(groups: dict[str, list[Any]]) -> list[str]:
    """One row per regime and size of error, one column per goal that a wrong assumption touches."""
    says = {
        "coverage_50": "50 % set",
        "coverage_90": "90 % set",
        "error_after_m": "error after 10 finds (m)",
        "completeness_off": "completeness off",
        "accuracy_ratio": "accuracy ratio",
        "roc_searched": "ROC, searched",
    }
    lines = ["| regime | " + " | ".join(says.values()) + " | seeds |", "|---|" + "---|" * (len(says) + 1)]
    for name, goals in groups.items():
        found = {goal.key: goal for goal in goals}
        cells = " | ".join(_cell(found.get(key), judged=key.startswith("coverage")) for key in says)
        lines.append(f"| {name} | {cells} | {max(goal.seeds for goal in goals)} |")
    return lines


def _cell(goal: Any, *, judged: bool = True) -> str:
    if goal is None or goal.value is None:
        return "-"
    digits = 1 if goal.key.startswith("error_") and goal.key != "error_falls" else 3
    spread = (
        "" if goal.low is None or goal.key.endswith("_held") else f" ({goal.low:.{digits}f} to {goal.high:.{digits}f})"
    )
    mark = " **missed**" if judged and goal.holds is False else ""
    return f"{goal.value:.{digits}f}{spread}{mark}"


def _regimes() -> list[str]:
    names = [name for name in next(iter(REGIMES.values())).__struct_fields__ if name not in ("name", "error_scale")]
    lines = ["| parameter | " + " | ".join(REGIMES) + " |", "|---|" + "---|" * len(REGIMES)]
    return lines + [
        f"| `{name}` | " + " | ".join(f"{getattr(world, name):g}" for world in REGIMES.values()) + " |"
        for name in names
    ]


def _error_table(scores: list[dict[str, Any]]) -> list[str]:
    rows = errors_by_finds(scores)
    says = list(dict.fromkeys(row["what"] for row in rows))
    lines = [
        "| finds in the field | fields | " + " | ".join(f"{what} (median m)" for what in says) + " |",
        "|---|---|" + "---|" * len(says),
    ]
    for low, _ in ERROR_BINS:
        own = {row["what"]: row for row in rows if row["from"] == low}
        if own:
            first = next(iter(own.values()))
            cells = " | ".join(f"{own[what]['median_m']:.1f}" if what in own else "-" for what in says)
            lines.append(f"| {first['finds']} | {max(row['fields'] for row in own.values())} | {cells} |")
    return lines


def _draw(path: Path, spec: dict[str, Any]) -> None:
    from whitestone.reports.charts import svg

    path.parent.mkdir(exist_ok=True)
    path.write_text(svg(spec), encoding="utf-8")


def _regime_colour() -> dict[str, Any]:
    return {
        "field": "regime",
        "type": "nominal",
        "title": "Regime",
        "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
    }


def _spec(values: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "width": 560,
        "height": 280,
        "config": {"font": "sans-serif", "view": {"stroke": None}},
        **rest,
    }


def _coverage(scores: list[dict[str, Any]]) -> dict[str, Any]:
    values = [
        {"regime": row["regime"], "level": f"{level} %", "share": part["in"] / part["of"], "nominal": int(level) / 100}
        for row in scores
        for level, part in row["coverage"].items()
        if isinstance(part, dict) and part["of"]
    ]
    y = {"field": "share", "type": "quantitative", "title": "Share of true mines inside", "scale": {"domain": [0, 1]}}
    x = {"field": "level", "type": "nominal", "title": "Set", "axis": {"labelAngle": 0}}
    points = {
        "mark": {"type": "point", "opacity": 0.5, "size": 20},
        "encoding": {"x": x, "xOffset": {"field": "regime"}, "y": y, "color": _regime_colour()},
    }
    lines = {
        "mark": {"type": "tick", "thickness": 2, "color": "#111", "size": 34},
        "encoding": {"x": x, "xOffset": {"field": "regime"}, "y": {**y, "field": "nominal"}},
    }
    return _spec(values, layer=[points, lines])


def _completeness(scores: list[dict[str, Any]]) -> dict[str, Any]:
    values = [
        {
            "regime": row["regime"],
            "truth": part["truth"],
            "stated": part["stated"],
            "low": part["low"],
            "high": part["high"],
            "written": row["as_written"]["share"],
        }
        for row in scores
        if (part := row["completeness"])["stated"] is not None and part["truth"] is not None
    ]
    axis = {"type": "quantitative", "scale": {"domain": [0, 1]}}
    x = {"field": "truth", "title": "True completeness", **axis}
    bar = {
        "mark": {"type": "rule", "opacity": 0.5},
        "encoding": {
            "x": x,
            "y": {"field": "low", "title": "Stated", **axis},
            "y2": {"field": "high"},
            "color": _regime_colour(),
        },
    }
    dot = {
        "mark": {"type": "point", "filled": True, "size": 18},
        "encoding": {"x": x, "y": {"field": "stated", **axis}, "color": _regime_colour()},
    }
    drawn = {
        "mark": {"type": "point", "shape": "cross", "filled": True, "size": 50, "opacity": 0.6},
        "encoding": {"x": x, "y": {"field": "written", **axis}, "color": _regime_colour()},
    }
    line = {
        "data": {"values": [{"at": 0}, {"at": 1}]},
        "mark": {"type": "line", "color": "#999", "strokeDash": [4, 4]},
        "encoding": {"x": {"field": "at", **axis}, "y": {"field": "at", **axis}},
    }
    return _spec(
        values,
        layer=[line, bar, dot, drawn],
        title={"text": "Dots: assessed, with interval; crosses: drawn as written", "fontSize": 11},
    )


def _errors(scores: list[dict[str, Any]]) -> dict[str, Any]:
    values = errors_by_finds(scores)
    x = {"field": "finds", "type": "ordinal", "sort": None, "title": "Finds in the field", "axis": {"labelAngle": 0}}
    colour = {
        "field": "what",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["as written", "before finds", "after finds"], "range": ["#999999", "#3d5a80", "#b3541e"]},
    }
    side = {"field": "what", "sort": ["as written", "before finds", "after finds"]}
    rule = {
        "mark": "rule",
        "encoding": {
            "x": x,
            "xOffset": side,
            "color": colour,
            "y": {"field": "quarter_m", "type": "quantitative", "title": "Centroid error (m)"},
            "y2": {"field": "upper_m"},
        },
    }
    dot = {
        "mark": {"type": "point", "filled": True, "size": 40},
        "encoding": {"x": x, "xOffset": side, "color": colour, "y": {"field": "median_m", "type": "quantitative"}},
    }
    return _spec(values, layer=[rule, dot])


def _cost(scores: list[dict[str, Any]]) -> dict[str, Any]:
    values = [{"regime": row["regime"], "records": row["records"], "cpu_s": row["cpu_s"]} for row in scores]
    return _spec(
        values,
        mark={"type": "point", "size": 20},
        encoding={
            "x": {"field": "records", "type": "quantitative", "title": "Sheets"},
            "y": {"field": "cpu_s", "type": "quantitative", "title": "CPU seconds"},
            "color": _regime_colour(),
        },
    )


def _learning(learned: list[dict[str, Any]]) -> dict[str, Any]:
    values = [
        {"regime": row["regime"], "finds": step["finds"], "error_m": error}
        for row in learned
        for step in row["learning"]
        for error in step["errors_m"]
    ]
    x = {"field": "finds", "type": "ordinal", "title": "Finds told of each field", "axis": {"labelAngle": 0}}
    y = {"field": "error_m", "type": "quantitative", "aggregate": "median", "title": "Median centroid error (m)"}
    return _spec(values, mark={"type": "line", "point": True}, encoding={"x": x, "y": y, "color": _regime_colour()})
