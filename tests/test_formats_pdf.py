"""PDF files: text in paragraphs, sensible titles, and reasons for the locked and the broken."""

from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from ingest.formats import pdf
from ingest.formats.pdf import rejoin
from rag.errors import UnreadableFile

LINES = [
    "Talks in Munich",
    "Two presidents met in Munich on Sunday, and for once the go-betweens",
    "sounded hopeful. The next round is being prepared by the three medi-",
    "ators, though no date was given for it.",
    "The mood before had been anything but warm, since Baku said that it",
    "would not wait for ever.",
]
TEXT = (
    "Talks in Munich\n\n"
    "Two presidents met in Munich on Sunday, and for once the go-betweens sounded hopeful. The next round is"
    " being prepared by the three mediators, though no date was given for it.\n\n"
    "The mood before had been anything but warm, since Baku said that it would not wait for ever."
)


def pdf_bytes(*pages: list[str], title: str | None = None) -> bytes:
    """A PDF written by hand: one text line a list item, in Helvetica; `title` and a date as metadata."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    info = f"/Title ({title}) " if title else ""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 50 780 Td {shown} ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    objects.append(f"<< {info}/CreationDate (D:20091123080000Z) >>")
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "munich.pdf"


def refusal(file: Path, data: bytes) -> str:
    file.write_bytes(data)
    with pytest.raises(UnreadableFile) as caught:
        pdf.read(file)
    return str(caught.value)


def test_lines_become_paragraphs_and_pages_follow_each_other(file: Path) -> None:
    file.write_bytes(pdf_bytes(LINES, [], ["The second page."], title="Talks, day one"))
    article = pdf.read(file)
    assert article.text == TEXT + "\n\nThe second page."
    assert article.title == "Talks, day one"
    assert article.id == "munich"


def test_the_date_of_making_is_no_publication_date(file: Path) -> None:
    file.write_bytes(pdf_bytes(LINES))
    metadata = PdfReader(file).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == date(2009, 11, 23)
    assert pdf.read(file).published is None


@pytest.mark.parametrize(
    "title", [None, " ", "untitled", "Microsoft Word - x.doc", "talks_FINAL.docx", "12-3"]
)
def test_a_title_that_names_a_file_gives_way_to_the_first_line(file: Path, title: str | None) -> None:
    file.write_bytes(pdf_bytes(LINES, title=title))
    assert pdf.read(file).title == "Talks in Munich"


def test_a_password_is_asked_for_in_one_sentence(file: Path) -> None:
    writer = PdfWriter(clone_from=BytesIO(pdf_bytes(LINES)))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out := BytesIO())
    assert "needs a password" in refusal(file, out.getvalue())


def test_a_pdf_that_only_forbids_changes_is_read(file: Path) -> None:
    writer = PdfWriter(clone_from=BytesIO(pdf_bytes(LINES)))
    writer.encrypt("", owner_password="secret", algorithm="RC4-128")
    writer.write(file)
    assert pdf.read(file).text == TEXT


def test_an_encryption_that_is_not_supported_is_said(file: Path) -> None:
    encrypt = (
        "/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /P -4"
        " /CF << /StdCF << /CFM /AESV3 /Length 32 >> >>"
        f" /StmF /StdCF /StrF /StdCF /O <{'00' * 48}> /U <{'00' * 48}> /OE <{'00' * 32}> /UE <{'00' * 32}>"
        f" /Perms <{'00' * 16}> >> /ID [<00> <00>] /Root"
    )
    reason = refusal(file, pdf_bytes(LINES).replace(b"/Root", encrypt.encode(), 1))
    assert "encrypted" in reason or "password" in reason


def test_pictures_alone_are_no_article(file: Path) -> None:
    assert "no text, only pictures" in refusal(file, pdf_bytes([], []))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n",
        b"not a pdf",
        pdf_bytes(LINES)[:300],
        pdf_bytes(LINES)[300:],
    ],
    ids=["header", "text", "head", "tail"],
)
def test_a_broken_file_is_refused(file: Path, data: bytes) -> None:
    assert "PDF" in refusal(file, data)


def test_deeply_nested_objects_are_refused(file: Path) -> None:
    nested = b"/Type /Pages /X " + b"[" * 100_000 + b"]" * 100_000
    assert "PDF is broken" in refusal(file, pdf_bytes(LINES).replace(b"/Type /Pages", nested, 1))


def test_pages_in_a_circle_end(file: Path) -> None:
    looped = pdf_bytes(LINES).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]", 1)
    assert "PDF" in refusal(file, looped)


def test_pages_and_characters_are_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    assert "more than 2 pages" in refusal(file, pdf_bytes(*[["word"]] * 3))
    monkeypatch.setattr(pdf, "MAX_CHARS", 20)
    assert "more than 20 characters" in refusal(file, pdf_bytes(LINES))


def test_complaints_of_the_parser_stay_quiet(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.write_bytes(pdf_bytes(LINES).replace(b"startxref\n", b"startxref\n9", 1))
    assert pdf.read(file).text == TEXT
    refusal(file, b"%PDF-1.4\nxref\n0 0")
    assert caplog.records == []


class TestRejoin:
    @pytest.mark.parametrize(
        ("page", "expected"),
        [
            ("", ""),
            ("one\ntwo", "one two"),
            ("one\n\n \ntwo", "one\n\ntwo"),
            ("a presi-\ndent", "a president"),
            ("Nagorno-\nKarabakh", "Nagorno-Karabakh"),
            ("the 2020-\n2021 season", "the 2020-2021 season"),
            ("he said -\nand left", "he said - and left"),
            ("a presi\u00ad\ndent and a soft\u00adly hidden mark", "a president and a softly hidden mark"),
            ("the ﬁrst oﬃce", "the first office"),
            ("a\x00b\ud800c\td", "abc d"),
        ],
    )
    def test_lines_are_joined_as_they_were_written(self, page: str, expected: str) -> None:
        assert rejoin(page) == expected

    def test_a_short_last_line_ends_a_paragraph(self) -> None:
        full = "A line of the usual length that goes to the margin,"
        assert (
            rejoin(f"{full}\n{full}\nand ends.\n{full}\n{full}")
            == f"{full} {full} and ends.\n\n{full} {full}"
        )

    def test_a_short_line_in_the_middle_of_a_sentence_does_not(self) -> None:
        full = "a line of the usual length that goes to the margin"
        assert rejoin(f"{full}\n{full}\nshort\n{full}") == f"{full} {full} short {full}"

    @given(st.text(st.sampled_from("abC1 -.,\n"), max_size=300))
    def test_nothing_but_hyphens_is_lost(self, page: str) -> None:
        def kept(text: str) -> Counter[str]:
            return Counter(char for char in text if not char.isspace() and char != "-")

        assert kept(rejoin(page)) == kept(page)
