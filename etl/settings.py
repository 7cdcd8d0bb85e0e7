"""Settings: environment `GONGKAI_…`, then the file that `gongkai up` writes, then the defaults below."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import DotEnvSettingsSource

from etl.errors import GongkaiError
from etl.input_words import in_plain_words

PROJECT = Path(__file__).resolve().parent.parent
LOCAL_ENV = "local.env"
"""Name of the file in the state folder in which `gongkai up` leaves the addresses and keys of its parts."""


def _of_the_web(address: SecretStr) -> SecretStr:
    if not address.get_secret_value().startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return address


class Settings(BaseSettings):
    """Every setting of gongkai; `docs/settings.md` lists them, and a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_", extra="ignore")

    state_dir: Path = Field(
        PROJECT / "var", description="folder of the local services: data, logs, generated passwords"
    )
    sources: str = Field(str(PROJECT / "dags" / "sources"), description="folders of source files, separated by `:`")

    database_url: SecretStr | None = Field(
        None, description="archive database as its application role, `postgresql+psycopg://…`"
    )
    database_owner_url: SecretStr | None = Field(
        None, description="archive database as its owner; only migrations and rebuilds need it"
    )
    database_reader_url: SecretStr | None = Field(
        None, description="archive database as the read-only role of downstream jobs"
    )
    store_endpoint: str | None = Field(None, description="object storage, `host:port` of its S3 API")
    store_access_key: SecretStr | None = Field(None, description="S3 access key")
    store_secret_key: SecretStr | None = Field(None, description="S3 secret key")
    store_reader_access_key: SecretStr | None = Field(
        None,
        description="S3 access key of downstream jobs, which may read `exports/` alone: `gongkai reader`",
    )
    store_reader_secret_key: SecretStr | None = Field(None, description="S3 secret key of downstream jobs")
    store_bucket: str = Field("gongkai", description="bucket for blobs and logs")
    store_secure: bool = Field(True, description="whether the S3 endpoint uses TLS")
    store_region: str = Field("us-east-1", description="S3 region for signatures")

    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+[^\s?#]*$",
        description="public address of the archive browser, `https://…/archive`; permalinks begin with it",
    )
    contact: str | None = Field(
        None, pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$", description="address of mail that harvesters are told (OAI-PMH)"
    )
    form_key_before: SecretStr | None = Field(
        None, description="Airflow's `[api] secret_key` before it was changed; forms that are open then are still taken"
    )

    user_agent: str = Field(
        "gongkai/0.1 (archive of public disclosure)",
        description="`User-Agent` of the crawler; add a contact",
    )
    browser: str | None = Field(
        None,
        description="Chromium in which `gongkai sources new` looks at lists that scripts fill; empty: none; without it,"
        " the one on PATH",
    )
    batch_size: int = Field(500, ge=1, le=2000, description="pages per Airflow task that crawls")
    workers: int = Field(
        0, ge=0, le=64, description="processes that read the pages of a crawl; 0 stands for as many as there are cores"
    )
    fixity_days: int = Field(30, ge=1, description="days within which every blob and every log is re-read and hashed")

    stamp_url: Annotated[SecretStr, AfterValidator(_of_the_web)] | None = Field(
        None, description="RFC 3161 authority that time-stamps the daily roots; none without it"
    )
    stamp_certificates: Path | None = Field(
        None, description="PEM file with the root certificates by which that authority is trusted"
    )

    wacz_key: Path | None = Field(
        None, description="PEM file with the private key (ECDSA, P-384) that signs exports as WACZ"
    )
    wacz_certificate: Path | None = Field(
        None, description="PEM file with that key's certificate and its issuers; needs `GONGKAI_STAMP_URL`"
    )

    clamd: str | None = Field(
        None, pattern=r"^.+:\d+$", description="`host:port` of clamd, which scans files that are inspected"
    )

    alert_urls: SecretStr | None = Field(
        None, description="where alerts are sent: addresses of Apprise, separated by spaces"
    )
    dark_days: int = Field(
        3, ge=1, description="days without a good run, or two intervals of its schedule, after which a source is dark"
    )

    metrics_token: SecretStr | None = Field(
        None, min_length=16, description="token for `/gongkai/metrics`; without it there is no such page"
    )

    postgres_port: int = Field(15432, ge=0, le=65535, description="local PostgreSQL; 0 takes any free port")
    store_port: int = Field(18333, ge=0, le=65535, description="local S3 server; 0 takes any free port")
    airflow_port: int = Field(18080, ge=0, le=65535, description="local Airflow; 0 takes any free port")
    demo_port: int = Field(18090, ge=0, le=65535, description="first port of the demo sites; 0 takes any free ports")

    @property
    def source_folders(self) -> str:
        """The folders of source files, the demo's among them."""
        return f"{self.sources}:{self.state_dir / 'demo-sources'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        state = init_settings().get("state_dir") or env_settings().get("state_dir") or PROJECT / "var"
        local = DotEnvSettingsSource(settings_cls, env_file=Path(state) / LOCAL_ENV)
        return init_settings, env_settings, local


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises `GongkaiError` that names each wrong one, never its value."""
    chosen, wrong = readable_settings()
    if wrong:
        raise GongkaiError("; ".join(wrong), hint="see docs/settings.md")
    return chosen


def readable_settings() -> tuple[Settings, list[str]]:
    """The settings, each wrong one with its default instead, and what is wrong with it; its value is never named."""
    try:
        return Settings(), []
    except ValidationError as error:
        refused = {str(item["loc"][-1]).lower(): in_plain_words(item["msg"]) for item in error.errors()}
    defaults = {name: Settings.model_fields[name].get_default() for name in refused}
    return Settings(**defaults), [f"GONGKAI_{name.upper()} {words}" for name, words in refused.items()]
