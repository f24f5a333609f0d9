"""Finding article files: what is searched, what is passed over, and what is an error."""

import os
from pathlib import Path

import pytest

from ingest.find import find
from rag.errors import InputError


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    for name in ("b.txt", "a.md", "2022/c.jsonl.gz", "2022/d.HTML", "2022/photo.png", "2022/notes"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    return folder


def names(files: list[Path]) -> list[str]:
    return [file.name for file in files]


def test_a_folder_is_searched_whole_and_in_order(news: Path) -> None:
    found = find([str(news)])
    assert names(found.files) == ["c.jsonl.gz", "d.HTML", "a.md", "b.txt"]
    assert found.folders == [news.resolve()]
    assert found.skipped == 2
    assert all(file.is_absolute() for file in found.files)


def test_each_file_comes_once_however_often_it_is_named(news: Path) -> None:
    found = find([str(news / "b.txt"), str(news), str(news / "2022" / ".." / "b.txt"), str(news)])
    assert names(found.files) == ["b.txt", "c.jsonl.gz", "d.HTML", "a.md"]
    assert found.folders == [news.resolve()]
    assert found.skipped == 2


def test_relative_paths_become_absolute(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(news)
    assert find(["b.txt"]).files == [(news / "b.txt").resolve()]
    assert find(["."]).folders == [news.resolve()]


def test_home_is_expanded(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(news))
    monkeypatch.setenv("USERPROFILE", str(news))
    assert names(find(["~/b.txt"]).files) == ["b.txt"]
    assert names(find(["~/*.md"]).files) == ["a.md"]


def test_hidden_files_and_folders_are_passed_over(news: Path) -> None:
    (news / ".git").mkdir()
    for name in (".secret.txt", ".git/log.txt", "~$draft.docx"):
        (news / name).write_text("x")
    found = find([str(news), str(news / "*"), str(news / "**" / "*.txt")])
    assert not {".secret.txt", "log.txt", "~$draft.docx"} & set(names(found.files))
    assert found.skipped == 2


def test_a_hidden_file_is_taken_when_it_is_named(news: Path) -> None:
    (news / ".secret.txt").write_text("x")
    assert names(find([str(news / ".secret.txt")]).files) == [".secret.txt"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["b.txt"]),
        ("**/*.html", []),
        ("**/*.HTML", ["d.HTML"]),
        ("*/*.gz", ["c.jsonl.gz"]),
        ("[ab].*", ["a.md", "b.txt"]),
        ("20?2", ["c.jsonl.gz", "d.HTML"]),
        ("**", ["c.jsonl.gz", "d.HTML", "a.md", "b.txt"]),
    ],
)
def test_globs_are_expanded_here(news: Path, pattern: str, expected: list[str]) -> None:
    if not expected:
        with pytest.raises(InputError, match="Nothing matches"):
            find([str(news / pattern)])
        return
    assert names(find([str(news / pattern)]).files) == expected


def test_what_a_glob_matches_of_other_kinds_is_counted(news: Path) -> None:
    found = find([str(news / "2022" / "*")])
    assert names(found.files) == ["c.jsonl.gz", "d.HTML"]
    assert found.skipped == 2
    assert found.folders == []


def test_a_name_that_exists_wins_over_a_glob(news: Path) -> None:
    (news / "[b].txt").write_text("x")
    assert names(find([str(news / "[b].txt")]).files) == ["[b].txt"]


def test_a_missing_path_is_named(news: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt does not exist: check the spelling"):
        find([str(news), str(news / "gone.txt")])


def test_a_glob_without_a_match_is_named(news: Path) -> None:
    with pytest.raises(InputError, match=r"Nothing matches .*\*\.pdf"):
        find([str(news / "*.pdf")])


@pytest.mark.parametrize("given", ["", "  ", "a\x00b", "~nobody-has-this-name/x", "x" * 5000])
def test_a_path_that_is_none_is_one_sentence(given: str) -> None:
    with pytest.raises(InputError):
        find([given])


def test_a_named_file_of_another_kind_says_which_are_supported(news: Path) -> None:
    with pytest.raises(InputError, match=r"photo\.png is not an article file: .*\.docx.*\.jsonl\.gz"):
        find([str(news / "2022" / "photo.png")])


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    found = find([str(tmp_path)])
    assert (found.files, found.folders, found.skipped) == ([], [tmp_path.resolve()], 0)


def test_a_message_shows_an_odd_name_without_obeying_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find([str(tmp_path / "\x1b[31mred\n\u202etxt")])
    assert str(caught.value).isprintable()


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
class TestLinks:
    def test_a_link_out_of_the_folder_is_not_followed(self, news: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret.txt").write_text("x")
        (news / "leak.txt").symlink_to(outside / "secret.txt")
        (news / "leaks").symlink_to(outside)
        for given in (news, news / "**" / "*.txt", news / "*", news / "*" / "*.txt", news / "leak*"):
            try:
                assert "secret.txt" not in names(find([str(given)]).files), given
            except InputError:
                assert given.name in ("*.txt", "leak*")

    def test_a_link_inside_the_folder_is_its_target_once(self, news: Path) -> None:
        (news / "again.txt").symlink_to(news / "b.txt")
        assert names(find([str(news)]).files).count("b.txt") == 1
        assert "again.txt" not in names(find([str(news)]).files)

    def test_a_link_in_a_circle_ends(self, news: Path) -> None:
        (news / "2022" / "up").symlink_to(news)
        (news / "2022" / "self.txt").symlink_to(news / "2022" / "self.txt")
        assert len(find([str(news)]).files) == 4
        assert len(find([str(news / "**" / "*.md")]).files) == 1

    def test_a_link_that_is_named_is_followed(self, news: Path, tmp_path: Path) -> None:
        (tmp_path / "latest").symlink_to(news)
        assert find([str(tmp_path / "latest")]).folders == [news.resolve()]

    def test_pipes_and_devices_are_passed_over(self, news: Path) -> None:
        os.mkfifo(news / "pipe.txt")
        assert "pipe.txt" not in names(find([str(news), str(news / "*")]).files)

    def test_a_device_that_is_named_is_refused(self) -> None:
        with pytest.raises(InputError, match="not an article file"):
            find(["/dev/zero"])


def test_a_folder_that_cannot_be_listed_is_an_error(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def denied(path: str) -> object:
        if Path(path).name == "2022":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(InputError, match=r"2022 cannot be searched \(Permission denied\): check its"):
        find([str(news)])


def test_a_file_that_cannot_be_looked_at_is_an_error(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", denied)
    with pytest.raises(InputError, match=r"cannot be searched \(Permission denied\)"):
        find([str(news)])
