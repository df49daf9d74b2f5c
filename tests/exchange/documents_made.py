"""Which small documents of each kind do the tests of reading begin with? Made here, the same each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx

from whitestone.exchange.documents import DocumentText

LETTER = "More than 260 people were killed or injured by PMN-2 mines."


def pdf(pages: Sequence[Sequence[str]], *, extra: str = "", trailer: str = "", info: str = "") -> bytes:
    """Write a PDF: each page a list of lines in 12 pt, one under the other; `extra` objects begin at number 10,000."""
    objects = {1: f"<</Type/Catalog/Pages 2 0 R{extra and '/Names 10000 0 R'}/Lang(en-GB)>>",
               3: "<</Type/Font/Subtype/Type1/BaseFont/Courier>>", 4: f"<<{info}>>"}  # fmt: skip
    kids = []
    for number, lines in enumerate(pages):
        page, stream = 10 + 2 * number, 11 + 2 * number
        shown = "".join(f"1 0 0 1 50 {800 - 14 * at} Tm ({_escaped(line)}) Tj " for at, line in enumerate(lines))
        content = f"BT /F 12 Tf {shown}ET"
        objects[page] = (f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 850]/Contents {stream} 0 R"
                         "/Resources<</Font<</F 3 0 R>>>>>>")  # fmt: skip
        objects[stream] = f"<</Length {len(content)}>>stream\n{content}\nendstream"
        kids.append(f"{page} 0 R")
    objects[2] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    if extra:
        objects[10000] = extra
    out, places = io.BytesIO(b"%PDF-1.5\n"), {}
    out.seek(0, 2)
    for number, body in sorted(objects.items()):
        places[number] = out.tell()
        out.write(f"{number} 0 obj{body}endobj\n".encode("latin-1"))
    start, size = out.tell(), max(objects) + 1
    rows = "".join(f"{places[at]:010d} 00000 n \n" if at in places else "0000000000 65535 f \n" for at in range(size))
    last = f"trailer<</Size {size}/Root 1 0 R/Info 4 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n"
    out.write(f"xref\n0 {size}\n{rows}{last}".encode("latin-1"))
    return out.getvalue()


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def word(paragraphs: Sequence[str] = (LETTER,), rows: Sequence[Sequence[str]] = ()) -> bytes:
    """Write a DOCX with a head, a foot, paragraphs and a table."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.language = "A letter", "fr-FR"
    section = document.sections[0]
    section.header.paragraphs[0].text, section.footer.paragraphs[0].text = "A/77/1", "Restricted"
    for words in paragraphs:
        document.add_paragraph(words)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for at, row in enumerate(rows):
            for column, words in enumerate(row):
                table.cell(at, column).text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(data: bytes, name: str, old: str, new: str, more: dict[str, bytes] | None = None) -> bytes:
    """Change a part of a DOCX, and add further entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.namelist():
            part = before.read(entry)
            if entry == name:
                assert old in part.decode(), f"{name} does not hold {old}"
                part = part.decode().replace(old, new, 1).encode()
            after.writestr(entry, part)
        for entry, part in (more or {}).items():
            after.writestr(entry, part)
    return out.getvalue()


def page(body: str, *, head: str = "<title>A letter</title>", lang: str = "az") -> bytes:
    """Write a page of HTML."""
    return f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'.encode()


SEEDS: dict[str, bytes] = {
    "a.txt": f"Letter\r\n{LETTER}\f— второй лист".encode(),
    "cyrillic.txt": "Более 260 человек погибли или ранены минами ПМН-2.\n".encode("cp1251"),
    "wide.txt": LETTER.encode("utf-16"),
    "a.html": page(f"<h1>Letter</h1><p>{LETTER}<br>Two &amp; more</p><script>x()</script><table><tr><td>1</table>"),
    "a.pdf": pdf([["Letter", LETTER], ["Second page."]], info="/Title(A letter)/CreationDate(D:20221203)"),
    "a.docx": word((LETTER, "Second."), (("type", "found"), ("PMN-2", "3"))),
}
"""One small whole document of each kind, by name."""


def check(read: DocumentText) -> DocumentText:
    """Check what must hold for the text of every document, whatever its bytes."""
    assert read.kind in ("text", "html", "pdf", "docx")
    assert "\r" not in read.text
    read.text.encode()  # no half signs
    assert all(note.code and note.message.endswith(".") for note in read.findings)
    starts = read.page_starts
    assert read.pages == (len(starts) or None)
    assert list(starts) == sorted(starts)
    assert not starts or (starts[0] == 0 and starts[-1] <= len(read.text))
    assert read.text.strip() or any(note.code == "no-text" for note in read.findings) or read.kind == "text"
    return read
