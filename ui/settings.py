"""The settings: `DATELINE_*` variables, then `dateline.toml` in the current folder, then these defaults."""

import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.embed import BUNDLED
from rag.errors import InputError
from rag.readers import BUNDLED_READER

_PREFIX = "DATELINE_"


class Settings(BaseSettings):
    """What a user can set; made once, then passed down as plain values."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, toml_file="dateline.toml", extra="forbid", frozen=True
    )

    library: Path = Field(default_factory=lambda: user_data_path("dateline", appauthor=False) / "library")
    embedder: str = BUNDLED
    reader: str = BUNDLED_READER
    chroma: str | None = None  # the address of a Chroma server to keep the vectors
    llm_base_url: str | None = None
    llm_timeout: float = Field(default=60.0, gt=0, le=3_600)  # seconds
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65_535)
    user: str | None = None
    password: SecretStr | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: object) -> Settings:
    """The settings; `given` are what the command line says, None where it says nothing.

    Raises InputError that names each setting that cannot be used.
    """
    unknown = sorted(
        name
        for name in os.environ
        if name.upper().startswith(_PREFIX) and name[len(_PREFIX) :].lower() not in Settings.model_fields
    )
    if unknown:
        known = ", ".join(f"{_PREFIX}{name.upper()}" for name in Settings.model_fields)
        raise InputError(f"There is no setting {unknown[0]}: the settings are {known}.")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg'][:1].lower()}{each['msg'][1:]}"
            for each in error.errors()
        )
        raise InputError(
            f"The settings cannot be used ({problems}): correct dateline.toml or the DATELINE_ variables."
        ) from error
    except ValueError as error:  # a dateline.toml that is not TOML
        raise InputError(f"dateline.toml cannot be read ({error}): correct it.") from error
