"""Does each kind of document give its text, the same each time, and say what it left out or could not do?"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from documents_made import LETTER, SEEDS, changed, check, page, pdf, word

from whitestone.errors import UnreadableFile
from whitestone.exchange.documents import DocumentText, read_document

RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(folder: Path, name: str, data: bytes) -> DocumentText:
    """Read bytes under a name, and check what holds for every document."""
    path = folder / name
    path.write_bytes(data)
    return check(read_document(path))


def refused(folder: Path, name: str, data: bytes) -> UnreadableFile:
    """Read bytes that must be refused, with words and a next step."""
    with pytest.raises(UnreadableFile) as caught:
        read(folder, name, data)
    assert caught.value.next.endswith(".")
    return caught.value


def codes(document: DocumentText) -> set[str]:
    """Name the findings."""
    return {note.code for note in document.findings}


@pytest.mark.parametrize("name", SEEDS)
def test_the_same_file_gives_the_same_text_under_any_name(name: str, tmp_path: Path) -> None:
    """Content decides, not the name; a name that says otherwise is a finding."""
    first, other = read(tmp_path, name, SEEDS[name]), read(tmp_path, "b.bin", SEEDS[name])
    assert first == other
    wrong = read(tmp_path, "c.docx" if first.kind != "docx" else "c.pdf", SEEDS[name])
    assert wrong.text == first.text
    assert codes(wrong) == codes(first) | {"named-otherwise"}
    assert ("PMN-2" in first.text) or ("ПМН-2" in first.text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
def test_plain_text_is_read_in_its_encoding_with_line_ends_alike(encoding: str, tmp_path: Path) -> None:
    """Every encoding of the importers gives one text."""
    words = "Letter of 3 December.\nБолее 260 человек погибли.\n"
    given = words if "16-" not in encoding else "Letter of 3 December, all in one line of plain words.\n"
    found = read(tmp_path, "a.txt", given.replace("\n", "\r\n").encode(encoding))
    assert found.text == given


def test_lines_of_another_encoding_are_read_and_said(tmp_path: Path) -> None:
    """A mixed file loses nothing."""
    mixed = "Более 260 человек.\n".encode() * 3 + "Мины ПМН-2 найдены.\n".encode("cp1251")
    found = read(tmp_path, "a.txt", mixed)
    assert found.text == "Более 260 человек.\n" * 3 + "Мины ПМН-2 найдены.\n"
    assert "encoding-mixed" in codes(found)


def test_form_feeds_part_the_pages_of_a_text(tmp_path: Path) -> None:
    """A page begins after its form feed."""
    found = read(tmp_path, "a.txt", b"one\ftwo\fthree")
    assert (found.pages, found.page_starts) == (3, (0, 4, 8))
    assert [found.page_at(found.text.index(word)) for word in ("one", "two", "three")] == [1, 2, 3]


def test_long_blank_beginnings_are_no_empty_file(tmp_path: Path) -> None:
    """What matters may stand after many empty lines."""
    assert read(tmp_path, "a.txt", b"\n" * 100_000 + b"mines").text.endswith("mines")


def test_html_shows_what_a_reader_sees(tmp_path: Path) -> None:
    """Scripts, styles, comments, hidden parts and navigation are no text; blocks are lines, cells are parted."""
    body = (
        "<nav>Home</nav><header><h1>News</h1></header><!-- PMN --><p>More than&nbsp;260 <b>civil</b>ians\n were "
        "&lt;killed&gt;.<br>By mines</p><script>var mines</script><style>p{}</style><div hidden>x</div>"
        "<div style='color:red; display: none'>y</div><ul><li>one<li>two</ul>"
        "<table><tr><td>PMN<td>3<tr><td>TM-62<td>4</table><div role=navigation>z</div><pre>a  b\n c</pre>"
    )
    found = read(tmp_path, "a.html", page(body, head='<title>A &amp; B</title><meta property="article:published_time" '
                                          'content="2022-12-03T15:00"><style>q</style>'))  # fmt: skip
    assert found.text == (
        "News\n\nMore than\u00a0260 civilians were <killed>.\nBy mines\n\none\ntwo\n\nPMN\t3\nTM-62\t4\n\na b\nc"
    )
    assert (found.title, found.language, found.dates[0].day, codes(found)) == (
        "A & B", "az", "2022-12-03", {"hidden-left-out"})  # fmt: skip


def test_html_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    """A declared code page counts, and valid UTF-8 counts more."""
    words = "Müşahi"
    declared = f'<html><head><meta charset="windows-1254"></head><body><p>{words}</p></body></html>'
    assert read(tmp_path, "a.html", declared.encode("cp1254")).text == words
    assert read(tmp_path, "a.html", declared.encode()).text == words


def test_an_empty_page_is_a_finding(tmp_path: Path) -> None:
    """A page that a script fills has no text, and says so."""
    found = read(tmp_path, "a.html", page("<script>fill()</script><div id=root></div>"))
    assert (found.text, codes(found)) == ("", {"no-text"})


def test_a_pdf_gives_pages_paragraphs_and_its_properties(tmp_path: Path) -> None:
    """Lines of a paragraph are joined, a gap parts paragraphs, and a page has its offset."""
    wide = "By continuing to place mines and refusing to share any information on"
    data = pdf([[wide, "the minefields, more than 260 people were killed or injured, and post-",
                 "conflict work is slow.", "", "A short line.", "Another one."], ["Page two."]],
               info="/Title(Interim report)/CreationDate(D:20221203150000Z)/ModDate(D:20229999)")  # fmt: skip
    found = read(tmp_path, "a.pdf", data)
    assert found.text == (
        f"{wide} the minefields, more than 260 people were killed or injured, and post-conflict work is slow."
        "\n\nA short line.\n\nAnother one.\n\nPage two."
    )
    assert (found.pages, found.title, found.language, codes(found)) == (2, "Interim report", "en-GB", set())
    assert found.text[found.page_starts[1]:] == "Page two."
    assert [(each.what, each.day) for each in found.dates] == [("created", "2022-12-03")]


@pytest.mark.parametrize(("end", "start", "expected"), [
    ("institu-", "tions of the state", "institutions of"), ("the type PMN-", "2 of the state", "type PMN-2 of"),
    ("anti-", "personnel mines of", "anti-personnel mines"), ("Nagorno-", "Karabakh and", "Nagorno-Karabakh and"),
])  # fmt: skip
def test_hyphens_at_the_end_of_a_line_are_weighed(end: str, start: str, expected: str, tmp_path: Path) -> None:
    """A broken word is whole again, a compound or a designation keeps its hyphen."""
    first = f"{'a long line of words '*4}"[:69 - len(end)] + " " + end
    assert expected in read(tmp_path, "a.pdf", pdf([[first, start]])).text


def test_a_document_itself_says_how_a_word_is_written(tmp_path: Path) -> None:
    """The hyphen stays where the word stands with it elsewhere."""
    lines = ["The cease-fire holds.", "", f"{'a long line of words '*4}"[:62] + " cease-", "fire goes on."]
    assert "cease-fire goes on" in read(tmp_path, "a.pdf", pdf([lines])).text


def test_a_sentence_goes_on_over_the_edge_of_a_page(tmp_path: Path) -> None:
    """Two pages, one sentence."""
    found = read(tmp_path, "a.pdf", pdf([["More than 260 people"], ["were killed by mines."]]))
    assert found.text == "More than 260 people were killed by mines."
    assert found.page_starts == (0, 21)


def test_a_pdf_without_text_says_that_it_may_be_a_scan(tmp_path: Path) -> None:
    """No text is a finding with a way on; pages without text among others are named."""
    found = read(tmp_path, "a.pdf", pdf([[], []]))
    assert (found.text, found.pages, found.page_starts) == ("", 2, (0, 0))
    assert "scan" in next(note.message for note in found.findings if note.code == "no-text")
    assert codes(read(tmp_path, "a.pdf", pdf([[LETTER], []]))) == {"pages-without-text"}


def test_an_encrypted_pdf_is_refused_with_the_next_step(tmp_path: Path) -> None:
    """A password is asked for, never guessed."""
    key = "<" + "5c" * 32 + ">"
    trailer = f"/Encrypt<</Filter/Standard/V 1/R 2/O{key}/U{key}/P -4>>/ID[<00><00>]"
    problem = refused(tmp_path, "a.pdf", pdf([[LETTER]], trailer=trailer))
    assert "password" in str(problem)
    assert "print" in problem.next


def test_embedded_files_are_listed_and_never_opened(tmp_path: Path) -> None:
    """A file inside a PDF is a finding by its name."""
    extra = ("<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(order.exe)/UF(order.exe)/EF<</F 11 0 R>>>>]>>>>")
    found = read(tmp_path, "a.pdf", pdf([[LETTER]], extra=extra))
    assert "order.exe" in next(note.message for note in found.findings if note.code == "embedded-files")


def test_many_pages_are_read_whole(tmp_path: Path) -> None:
    """Five hundred pages, each where its offset says (five thousand are measured in the report of this work)."""
    found = read(tmp_path, "a.pdf", pdf([[f"This is page {number}."] for number in range(1, 501)]))
    assert found.pages == 500
    assert all(found.text[at:].startswith(f"This is page {number}.") for number, at in enumerate(found.page_starts, 1))


def test_a_docx_gives_heads_paragraphs_tables_and_notes(tmp_path: Path) -> None:
    """In the order of reading, with cells parted and nothing twice."""
    data = word(("First.", LETTER), (("type", "found"), ("PMN-2", "3")))
    found = read(tmp_path, "a.docx", data)
    assert found.text == f"A/77/1\n\nFirst.\n\n{LETTER}\n\ntype\tfound\nPMN-2\t3\n\nRestricted"
    assert (found.title, found.language) == ("A letter", "fr-FR")
    assert all(dt.date.fromisoformat(each.day) for each in found.dates)


def test_footnotes_are_read_and_deleted_or_hidden_words_are_not(tmp_path: Path) -> None:
    """A tracked change counts as accepted; what is left out is counted."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = (f'<w:footnotes {w}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>sep</w:t></w:r></w:p>'
             '</w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>A footnote.</w:t></w:r></w:p></w:footnote>'
             "</w:footnotes>")  # fmt: skip
    data = changed(word(("Kept.",)), "word/document.xml", "<w:r><w:t>Kept.</w:t></w:r>",
                   '<w:ins w:id="1"><w:r><w:t>New. </w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>Old.</w:delText>'
                   '</w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hid.</w:t></w:r><w:r><w:t>Kept</w:t><w:noBreakHyphen/>'
                   "<w:t>so.</w:t></w:r>", {"word/footnotes.xml": notes.encode()})  # fmt: skip
    data = changed(data, "word/_rels/document.xml.rels", "</Relationships>",
                   f'<Relationship Id="n1" Type="{RELATED}/footnotes" Target="footnotes.xml"/></Relationships>')
    found = read(tmp_path, "a.docx", data)
    assert found.text == "A/77/1\n\nNew. Kept\u2011so.\n\nRestricted\n\nA footnote."
    assert codes(found) == {"deleted-left-out", "hidden-left-out"}


def test_what_a_docx_brings_along_is_listed_and_never_opened(tmp_path: Path) -> None:
    """Macros, embedded files and files outside are findings."""
    outside = (f'<Relationship Id="x9" Type="{RELATED}/attachedTemplate" Target="http://example.org/t.dotm" '
               'TargetMode="External"/></Relationships>')  # fmt: skip
    data = changed(word(), "word/_rels/document.xml.rels", "</Relationships>", outside,
                   {"word/vbaProject.bin": b"x", "word/embeddings/a.exe": b"MZ"})  # fmt: skip
    found = read(tmp_path, "a.docm", data)
    assert LETTER in found.text
    assert codes(found) == {"refers-outside", "macros", "embedded-files"}


@pytest.mark.parametrize("name", ["word/document.xml", "docProps/core.xml", "word/styles.xml"])
def test_a_part_that_declares_entities_is_refused(name: str, tmp_path: Path) -> None:
    """An XML bomb is met by the importers' guard before anything parses it."""
    bomb = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///etc/passwd">]>'
    root = {"word/document.xml": "<w:document ", "docProps/core.xml": "<cp:coreProperties "}.get(name, "<w:styles ")
    problem = refused(tmp_path, "a.docx", changed(word(), name, root, bomb + root))
    assert "entities" in str(problem)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    """A part that unpacks a thousandfold never reaches a parser."""
    problem = refused(tmp_path, "a.docx", changed(word(), "word/document.xml", "<w:p>", "<w:p>", {
        "word/media/a.xml": b" " * (80 << 20)}))  # fmt: skip
    assert "bomb" in str(problem)


def _workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


@pytest.mark.parametrize(("name", "data", "why"), [
    ("a.txt", b"", "empty"), ("a.pdf", b"\xef\xbb\xbf \n", "empty"), ("a.rtf", rb"{\rtf1 x}", "RTF"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "before 2007"), ("a.pdf", b"\xff\xd8\xff\xe0 scan", "picture"),
    ("a.gz", b"\x1f\x8b\x08", "archive"),
    ("a.docx", b"PK\x03\x04 not a zip", "damaged"), ("a.docx", _workbook(), "workbook"),
    ("a.pdf", b"%PDF-1.7\nrubbish", "PDF"), ("a.txt", bytes(range(256)) * 40, "neither text"),
])  # fmt: skip
def test_what_is_no_document_is_refused_with_its_reason(name: str, data: bytes, why: str, tmp_path: Path) -> None:
    """Each kind of wrong file has its own sentence and next step."""
    assert why in str(refused(tmp_path, name, data))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """A wrong name is told as such."""
    for path, why in ((tmp_path / "none.pdf", "no such file"), (tmp_path, "it is a folder")):
        with pytest.raises(UnreadableFile, match=why):
            read_document(path)
