"""Settings come from the command line, the environment and a file, and a mistake in them is named."""

from pathlib import Path

import pytest

from rag.errors import InputError
from ui.settings import load_settings


def test_the_command_line_beats_the_environment_which_beats_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("dateline.toml").write_text('library = "file"\nport = 1\nhost = "10.0.0.1"\n')
    monkeypatch.setenv("DATELINE_LIBRARY", "environment")
    monkeypatch.setenv("DATELINE_PORT", "2")
    settings = load_settings(port=3, library=None)
    assert (settings.port, settings.library, settings.host) == (3, Path("environment"), "10.0.0.1")


def test_without_any_setting_it_serves_this_machine_only_from_the_users_data_folder() -> None:
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.library.is_absolute()
    assert settings.library.name == "library"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("libary = 'x'", "libary"),
        ("port = 'many'", "port"),
        ("port = 70000", "port"),
        ("not toml", "dateline.toml"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_that_names_it(content: str, told: str) -> None:
    Path("dateline.toml").write_text(content)
    with pytest.raises(InputError, match=told):
        load_settings()


def test_the_reader_can_be_set_and_is_the_bundled_one_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().reader == "bundled"
    monkeypatch.setenv("DATELINE_READER", "hf:some/model")
    assert load_settings().reader == "hf:some/model"


def test_a_variable_that_is_no_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_LIBARY", "x")
    with pytest.raises(InputError, match=r"no setting DATELINE_LIBARY.*DATELINE_LIBRARY"):
        load_settings()


def test_a_password_is_not_shown() -> None:
    assert "secret-word" not in repr(load_settings(user="ada", password="secret-word"))
