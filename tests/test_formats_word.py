"""Word files: all their paragraphs in order, and bombs refused before they go off."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import docx
import pytest

from ingest.formats import word
from rag.errors import UnreadableFile

NOISE = Random(1).randbytes(1_000_000)  # it does not pack, so no ratio is absurd
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "munich.docx"


def saved(file: Path, *paragraphs: str, title: str = "") -> Path:
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.created = datetime(2009, 11, 23)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(file))
    return file


def repacked(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A saved file with its parts changed."""
    with zipfile.ZipFile(saved(file, "Talks in Munich")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file


def with_body(file: Path, body: str, doctype: str = "") -> Path:
    """A saved file whose main part has this XML in its body."""
    xml = f'<?xml version="1.0"?>{doctype}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>'
    return repacked(file, lambda parts: parts.update({"word/document.xml": xml.encode()}))


def refusal(file: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        word.read(file)
    return str(caught.value)


def test_paragraphs_and_table_cells_come_in_reading_order(file: Path) -> None:
    document = docx.Document()
    document.add_heading("Talks in Munich", 1)
    document.add_paragraph("Two presidents met.\tThey spoke.")
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {number}"
    document.add_paragraph("")
    document.add_paragraph("The end\nof it.")
    document.save(str(file))
    article = word.read(file)
    assert article.text == (
        "Talks in Munich\n\nTwo presidents met.\tThey spoke.\n\n"
        "cell 0\n\ncell 1\n\ncell 2\n\ncell 3\n\nThe end\nof it."
    )
    assert article.title == "Talks in Munich"
    assert article.id == "munich"


def test_the_title_is_that_of_the_properties(file: Path) -> None:
    assert word.read(saved(file, "Lead", title=" Talks in\nMunich ")).title == "Talks in Munich"
    assert word.read(saved(file, "Lead")).title == "Lead"


def test_a_file_without_properties_takes_its_first_line(file: Path) -> None:
    def strip(parts: dict[str, bytes]) -> None:
        del parts["docProps/core.xml"]
        rels = parts["_rels/.rels"].decode()
        start = rels.rindex("<Relationship ", 0, rels.index("core.xml"))
        parts["_rels/.rels"] = (rels[:start] + rels[rels.index("/>", start) + 2 :]).encode()

    assert word.read(repacked(file, strip)).title == "Talks in Munich"


def test_the_date_of_making_is_no_publication_date(file: Path) -> None:
    assert word.read(saved(file, "Lead")).published is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<w:p><w:ins><w:r><w:t>added</w:t></w:r></w:ins><w:r><w:t> and kept</w:t></w:r></w:p>",
            "added and kept",
        ),
        (
            "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>",
            "kept",
        ),
        ("<w:p><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><w:r><w:t>kept</w:t></w:r></w:p>", "kept"),
        (
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>",
            "in a control",
        ),
        (
            "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>no tab stop</w:t></w:r></w:p>",
            "no tab stop",
        ),
        (
            "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>",
            "link",
        ),
        (
            "<w:p><w:r><w:t>non</w:t><w:noBreakHyphen/><w:t>stop</w:t><w:br/><w:t>next</w:t></w:r></w:p>",
            "non-stop\nnext",
        ),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:p><w:r><w:t>boxed</w:t></w:r></w:p></mc:Choice>"
            "<mc:Fallback><w:p><w:r><w:t>boxed</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent></w:r>"
            "<w:r><w:t>around</w:t></w:r></w:p>",
            "around\n\nboxed",
        ),
    ],
)
def test_what_a_reader_sees_is_the_text(file: Path, body: str, expected: str) -> None:
    assert word.read(with_body(file, body)).text == expected


def test_a_file_without_text_is_refused(file: Path) -> None:
    assert refusal(saved(file, " ", "")) == "The Word file has no text."


@pytest.mark.parametrize("data", [b"", b"PK", b"\xd0\xcf\x11\xe0 an old .doc", b"plain text"])
def test_what_is_no_word_file_is_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    assert "Not a readable Word file" in refusal(file)


def test_another_kind_of_archive_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "Not a readable Word file" in refusal(file)


def test_a_truncated_file_is_refused(file: Path) -> None:
    data = saved(file, "Lead").read_bytes()
    file.write_bytes(data[: len(data) // 2])
    assert "Not a readable Word file" in refusal(file)


def test_a_zip_bomb_is_refused_by_its_ratio(file: Path) -> None:
    bomb = repacked(file, lambda parts: parts.update({"word/media/a.png": b"\x89PNG" + bytes(3_000_000)}))
    assert "unpacks to far more" in refusal(bomb)


def test_a_zip_bomb_is_refused_by_its_sum(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(file, "Lead")
    with zipfile.ZipFile(file) as archive:
        size = sum(part.file_size for part in archive.infolist())
    monkeypatch.setattr(word, "MAX_UNPACKED_BYTES", size)
    assert word.read(file).text == "Lead"
    monkeypatch.setattr(word, "MAX_UNPACKED_BYTES", size - 1)
    assert "unpacks to far more" in refusal(file)


@pytest.mark.parametrize("name", ["word/document.xml", "word/other.png"])
@pytest.mark.parametrize("start", [b"<a>", b" \n<a>", b"\xef\xbb\xbf<a>", "<a>".encode("utf-16"), b" " * 100])
def test_too_much_xml_is_refused_whatever_it_is_called(
    file: Path, name: str, start: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    repacked(file, lambda parts: parts.update({name: start + NOISE}))
    monkeypatch.setattr(word, "MAX_XML_BYTES", 1_000_000)
    assert "unpacks to far more" in refusal(file)


def test_pictures_do_not_count_as_xml(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repacked(file, lambda parts: parts.update({"word/media/a.jpg": b"\xff\xd8" + NOISE}))
    monkeypatch.setattr(word, "MAX_XML_BYTES", 1_000_000)
    assert word.read(file).text == "Talks in Munich"


BOMB = "<!DOCTYPE x [<!ENTITY a0 'lol'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "body",
    [
        "<w:p><w:r><w:t>before &a11; after</w:t></w:r></w:p>",
        "<w:p w:id='&a11;'><w:r><w:t>x</w:t></w:r></w:p>",
    ],
    ids=["text", "attribute"],
)
def test_an_xml_bomb_is_refused(file: Path, body: str) -> None:
    assert "Not a readable Word file" in refusal(with_body(file, body, BOMB + "]>"))


def test_an_entity_reads_no_other_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password")
    doctype = f"<!DOCTYPE x [<!ENTITY s SYSTEM 'file://{tmp_path}/secret'>]>"
    article = word.read(with_body(file, "<w:p><w:r><w:t>said &s; so</w:t></w:r></w:p>", doctype))
    assert "password" not in article.text


def test_deeply_nested_markup_is_refused(file: Path) -> None:
    body = "<w:ins>" * 50_000 + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" + "</w:ins>" * 50_000
    assert "Not a readable Word file" in refusal(with_body(file, body))
